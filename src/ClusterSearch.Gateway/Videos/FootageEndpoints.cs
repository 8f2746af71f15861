using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Caching.Memory;

namespace ClusterSearch.Gateway.Videos;

/// <summary>What a player and a grid of pictures ask of one video.</summary>
internal static class FootageEndpoints
{
    private const int SmallestFrame = 32;
    private const int LargestFrame = 1920;

    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapGet("/videos/{id}/frame", context => FrameAsync(context, parts))
            .Is(new Operation("A frame as JPEG.", Role.Read)
            {
                AnswerMedia = ["image/jpeg"],
                Query = [new("t", "number", "Seconds.", IsRequired: true), new("width", "integer", "The most, 32 to 1920; 480 unless said.")],
            });
        api.MapMethods("/videos/{id}/stream", [HttpMethods.Get, HttpMethods.Head], context => StreamAsync(context, parts))
            .Is(new Operation("The file itself, in ranges; or, transcoded, what every browser plays.", Role.Read)
            {
                AnswerMedia = ["video/*"],
                Query = [new("transcode", "boolean", "As fragmented MP4, from `start` on."), new("start", "number", "Seconds; 0 unless said.")],
            });
    }

    private static async Task FrameAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        var seconds = Math.Round(Exchange.Number(context, "t", 0, double.MaxValue), 3);
        var width = (int)Exchange.Number(context, "width", SmallestFrame, LargestFrame, 480);
        var tag = string.Create(CultureInfo.InvariantCulture, $"{video}-{seconds}-{width}");
        if (!parts.Frames.TryGetValue(tag, out byte[]? jpeg))
        {
            using var place = await parts.Pictorial.EnterAsync(context.RequestAborted);
            if (!parts.Frames.TryGetValue(tag, out jpeg))
            {
                jpeg = await parts.Search.ThumbnailAsync(video, seconds, width, context.RequestAborted);
                parts.Frames.Set(tag, jpeg, new MemoryCacheEntryOptions { Size = jpeg.Length });
            }
        }
        Caching.SetImmutable(context);
        if (Caching.IsKnown(context, tag)) return;
        context.Response.ContentType = "image/jpeg";
        context.Response.ContentLength = jpeg!.Length;
        await context.Response.Body.WriteAsync(jpeg, context.RequestAborted);
    }

    /// <summary>The file itself, in ranges; with transcode, what every browser plays, from a second on.</summary>
    private static async Task StreamAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        var file = await parts.Search.FindFootageAsync(video, context.RequestAborted);
        // A player that is paused does not read.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = new MinDataRate(1, TimeSpan.FromMinutes(5));
        context.Response.Headers.CacheControl = "private, no-cache";
        if (context.Request.Query["transcode"].ToString() is "true" or "1")
        {
            var start = Exchange.Number(context, "start", 0, double.MaxValue, 0);
            using var place = await parts.Transcodings.EnterAsync(context.RequestAborted);
            context.Response.ContentType = "video/mp4";
            if (HttpMethods.IsHead(context.Request.Method)) return;
            await parts.Search.StreamAsync(video, start, context.Response.Body, context.RequestAborted);
            return;
        }
        var info = new FileInfo(file.Path);
        await Results.File(file.Path, ContentTypeOf(file), lastModified: new DateTimeOffset(info.LastWriteTimeUtc),
            entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{video}-{info.Length}\""), enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static string ContentTypeOf(PlayableFile file) => file.Facts.Container switch
    {
        var c when c.Contains("mp4", StringComparison.Ordinal) || c.Contains("mov", StringComparison.Ordinal) => "video/mp4",
        var c when c.Contains("webm", StringComparison.Ordinal) || c.Contains("matroska", StringComparison.Ordinal) =>
            Path.GetExtension(file.Path).Equals(".webm", StringComparison.OrdinalIgnoreCase) ? "video/webm" : "video/x-matroska",
        "mpegts" => "video/mp2t",
        "ogg" => "video/ogg",
        _ => "application/octet-stream",
    };
}
