using System.Text.Json.Serialization;
using ClusterSearch.Core;
using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway;

/// <summary>RFC 9457, with the stable code beside. <see cref="Detail"/> is one line for a person.</summary>
public sealed record Problem(
    string Type, string Title, int Status, string Detail, string Code)
{
    public const string ContentType = "application/problem+json";

    public static Problem Of(int status, string code, string detail) =>
        new("about:blank", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail, code);

    public static Problem Of(ClusterSearchException fault) => Of(StatusOf(fault.Code), fault.Code, fault.Message.ReplaceLineEndings(" "));

    [JsonIgnore]
    public bool IsServerFault => Status >= 500;

    private static int StatusOf(string code) => code switch
    {
        ErrorCodes.VideoNotFound or ErrorCodes.FootageNotFound or ErrorCodes.ModelNotFound => StatusCodes.Status404NotFound,
        ErrorCodes.VideoAmbiguous or ErrorCodes.ArchiveBusy or ErrorCodes.ModelBusy or ErrorCodes.ArchiveEncoding => StatusCodes.Status409Conflict,
        ErrorCodes.RequestInvalid => StatusCodes.Status400BadRequest,
        ErrorCodes.ArchiveDiskFull => StatusCodes.Status507InsufficientStorage,
        ErrorCodes.FootageAway or ErrorCodes.ArchiveUnreachable or ErrorCodes.ClusterUnreachable or ErrorCodes.ArchiveNotFound => StatusCodes.Status503ServiceUnavailable,
        _ when code.StartsWith("footage.", StringComparison.Ordinal) => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status500InternalServerError,
    };
}
