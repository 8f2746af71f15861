using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>What endpoints do with a request and its answer, the same way everywhere.</summary>
internal static class Exchange
{
    /// <summary>The longest query that the other limits allow is far below.</summary>
    private const long MaximumDocumentBytes = 1 << 20;

    /// <exception cref="ClusterSearchException">request.invalid when the body is not this document.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType()) throw Invalid("the body is JSON: Content-Type: application/json");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Math.Min(limit.MaxRequestBodySize ?? long.MaxValue, MaximumDocumentBytes);
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw Invalid("the body is a JSON object, found null");
        }
        catch (JsonException fault)
        {
            throw Invalid($"the body is not the JSON that is expected here{(fault.Path is { } path ? $", at {path}" : "")}{(fault.LineNumber is { } line ? $", line {line + 1}" : "")}");
        }
    }

    public static Task WriteAsync<T>(HttpContext context, T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(document, type, contentType: null, context.RequestAborted);
    }

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.Response.WriteAsJsonAsync(problem, GatewayJson.Default.Problem, Problem.ContentType, context.RequestAborted);
    }

    /// <exception cref="GatewayException">403 when the caller's key does not allow it.</exception>
    public static void Require(HttpContext context, Role role)
    {
        if (Access.RoleOf(context) < role)
            throw new GatewayException(Problem.Of(StatusCodes.Status403Forbidden, "access.role",
                $"this needs a key of the role {role.ToString().ToLowerInvariant()}, yours is {Access.RoleOf(context).ToString().ToLowerInvariant()}"));
    }

    /// <summary>The video that the path names.</summary>
    public static VideoId Video(HttpContext context) => ParseVideo((string?)context.Request.RouteValues["id"]);

    /// <exception cref="ClusterSearchException">video.not_found for what cannot be an id.</exception>
    public static VideoId ParseVideo(string? text) => VideoId.TryParse(text, out var id)
        ? id
        : throw new ClusterSearchException(ErrorCodes.VideoNotFound, "a video's id is expected, as the list of videos tells it");

    /// <summary>A number of the query string.</summary>
    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static double Number(HttpContext context, string name, double least, double most, double? otherwise = null)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0 && otherwise is { } value) return value;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name}: expected a number from {least} to {(most < double.MaxValue ? most : "any")}, found '{Shown(text)}'"));
    }

    public static ClusterSearchException Invalid(string message) => new(ErrorCodes.RequestInvalid, message);

    /// <summary>What a caller sent, fit for a line.</summary>
    public static string Shown(string text) => new([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}

/// <summary>An answer that is a problem of the gateway's own.</summary>
internal sealed class GatewayException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
