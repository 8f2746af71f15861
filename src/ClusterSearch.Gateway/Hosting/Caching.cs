using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>What a browser may keep.</summary>
internal static class Caching
{
    /// <summary>Its address names its content.</summary>
    public static void SetImmutable(HttpContext context) => context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";

    /// <summary>Sets the ETag; true when the caller has this already, and 304 is the answer.</summary>
    public static bool IsKnown(HttpContext context, string tag)
    {
        var quoted = $"\"{tag}\"";
        context.Response.Headers.ETag = quoted;
        if (!context.Request.Headers.IfNoneMatch.Any(value => value is not null && value.Split(',').Any(one => one.Trim() is var t && (t == quoted || t == "*" || t == $"W/{quoted}")))) return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    public static void SetDownload(HttpContext context, string fileName) =>
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileNameStar = fileName, FileName = Ascii(fileName) }.ToString();

    private static string Ascii(string name) => new([.. name.Select(c => char.IsAscii(c) && !char.IsControl(c) && c is not '"' and not '\\' ? c : '_')]);
}
