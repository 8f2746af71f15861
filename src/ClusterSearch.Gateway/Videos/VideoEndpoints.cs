using System.Globalization;
using System.IO.Compression;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Caching.Memory;

namespace ClusterSearch.Gateway.Videos;

internal static class VideoEndpoints
{
    private const int SmallestFrame = 32;
    private const int LargestFrame = 1920;
    private const int MaximumClips = 500;
    private const double LongestClip = 6 * 3600;

    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapGet("/videos", context => ListAsync(context, parts));
        api.MapGet("/videos/{id}", async context =>
            await Exchange.WriteAsync(context, VideoDetailDocument.From(await parts.Search.ShowVideoAsync(Exchange.Video(context), context.RequestAborted)), GatewayJson.Default.VideoDetailDocument));
        api.MapDelete("/videos/{id}", context => RemoveAsync(context, parts));
        api.MapGet("/videos/{id}/frame", context => FrameAsync(context, parts));
        api.MapMethods("/videos/{id}/stream", [HttpMethods.Get, HttpMethods.Head], context => StreamAsync(context, parts));
        api.MapGet("/videos/{id}/clip", context => ClipAsync(context, parts));
        api.MapGet("/videos/{id}/sheet", context => SheetAsync(context, parts));
        api.MapPost("/clips", context => ClipsAsync(context, parts));
    }

    private static async Task ListAsync(HttpContext context, GatewayParts parts)
    {
        var videos = await parts.Search.ListVideosAsync(context.RequestAborted);
        var status = await parts.Ingestion.StatusAsync(context.RequestAborted);
        await Exchange.WriteAsync(context, new VideosDocument([.. videos.Select(VideoDocument.From)], status.Encoding is { } e ? EncodingDocument.From(e) : null), GatewayJson.Default.VideosDocument);
    }

    private static async Task RemoveAsync(HttpContext context, GatewayParts parts)
    {
        Exchange.Require(context, Role.Admin);
        var video = Exchange.Video(context);
        await parts.Search.ShowVideoAsync(video, context.RequestAborted);
        await parts.Ingestion.RemoveVideoAsync(video, context.RequestAborted);
        await Exchange.WriteAsync(context, new RemovedDocument(video.Value), GatewayJson.Default.RemovedDocument);
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

    private static async Task ClipAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        var start = Exchange.Number(context, "start", 0, double.MaxValue);
        var end = Exchange.Number(context, "end", 0, double.MaxValue);
        var clip = await WriteClipAsync(parts, video, start, end, context.RequestAborted);
        try
        {
            Caching.SetDownload(context, clip.Name);
            await Results.File(clip.Path, "video/mp4", enableRangeProcessing: true).ExecuteAsync(context);
        }
        finally
        {
            File.Delete(clip.Path);
        }
    }

    private static async Task<(string Path, string Name)> WriteClipAsync(GatewayParts parts, VideoId video, double start, double end, CancellationToken cancellation)
    {
        if (end - start > LongestClip) throw Exchange.Invalid($"a clip lasts at most {LongestClip / 3600:0} h");
        var name = Path.GetFileNameWithoutExtension((await parts.Search.ShowVideoAsync(video, cancellation)).Summary.FileName);
        var path = Path.Combine(Path.GetTempPath(), $"clustersearch-clip-{Guid.NewGuid():n}.mp4");
        using var place = await parts.Pictorial.EnterAsync(cancellation);
        try
        {
            await parts.Search.WriteClipAsync(video, start, end, path, streamCopy: false, cancellation);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        return (path, string.Create(CultureInfo.InvariantCulture, $"{name}-{start:0.###}-{end:0.###}.mp4"));
    }

    /// <summary>One archive of clips. A clip that cannot be cut stands in it as a text that says why.</summary>
    private static async Task ClipsAsync(HttpContext context, GatewayParts parts)
    {
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.ClipsBody);
        if (body.Moments is not { Count: > 0 and <= MaximumClips } moments) throw Exchange.Invalid($"moments: 1 to {MaximumClips}, found {body.Moments?.Count ?? 0}");
        var wanted = moments.Select(m => (Video: Exchange.ParseVideo(m.VideoId), m.Start, m.End)).ToList();
        foreach (var (video, start, end) in wanted)
        {
            await parts.Search.ShowVideoAsync(video, context.RequestAborted);
            if (!(end > start) || start < 0) throw Exchange.Invalid("a clip ends after it starts");
        }
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        // Closing an entry writes a few bytes on the caller's thread, whichever way it is closed.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        Caching.SetDownload(context, "clips.zip");
        context.Response.ContentType = "application/zip";
        await using var zip = await ZipArchive.CreateAsync(context.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, context.RequestAborted);
        for (var i = 0; i < wanted.Count; i++)
        {
            var (video, start, end) = wanted[i];
            try
            {
                var clip = await WriteClipAsync(parts, video, start, end, context.RequestAborted);
                try
                {
                    await using var entry = await zip.CreateEntry($"{i + 1:000}-{clip.Name}", CompressionLevel.NoCompression).OpenAsync(context.RequestAborted);
                    await using var file = File.OpenRead(clip.Path);
                    await file.CopyToAsync(entry, context.RequestAborted);
                }
                finally
                {
                    File.Delete(clip.Path);
                }
            }
            catch (ClusterSearchException fault)
            {
                await using var entry = await zip.CreateEntry($"{i + 1:000}-failed.txt").OpenAsync(context.RequestAborted);
                await entry.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{fault.Message}\n"), context.RequestAborted);
            }
        }
    }

    /// <summary>A video at a glance: key frames of its longest shots, in their order.</summary>
    private static async Task SheetAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        var count = (int)Exchange.Number(context, "count", 1, 60, 12);
        var detail = await parts.Search.ShowVideoAsync(video, context.RequestAborted);
        var shots = detail.Shots.OrderByDescending(shot => shot.End - shot.Start).Take(count).OrderBy(shot => shot.Start).ToList();
        if (shots.Count == 0) throw new GatewayException(Problem.Of(StatusCodes.Status409Conflict, "video.no_shots", "nothing of this video is searchable yet"));
        var moments = shots.Select((shot, i) => new Moment
        {
            Rank = i + 1, Video = video, FileName = detail.Summary.FileName, Path = detail.Summary.Path, Start = shot.Start, End = shot.End,
            KeyFrame = (shot.Start + shot.End) / 2, Score = 0, Relevance = null, Labels = shot.Labels,
        }).ToList();
        var path = Path.Combine(Path.GetTempPath(), $"clustersearch-sheet-{Guid.NewGuid():n}.jpg");
        try
        {
            using (await parts.Pictorial.EnterAsync(context.RequestAborted)) await parts.Search.WriteContactSheetAsync(moments, path, context.RequestAborted);
            context.Response.Headers.CacheControl = "private, max-age=60";
            await Results.File(path, "image/jpeg").ExecuteAsync(context);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
