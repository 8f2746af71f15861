using System.Globalization;
using System.IO.Compression;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClusterSearch.Gateway.Videos;

/// <summary>What is made of moments to be taken away: clips and contact sheets. Made whole in a file first, so that a slow reader holds nobody up.</summary>
internal static class ClipEndpoints
{
    private const int MaximumClips = 500;
    private const int MaximumTiles = 1000;
    private const double LongestClip = 6 * 3600;

    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapGet("/videos/{id}/clip", context => ClipAsync(context, parts))
            .Is(new Operation("[start, end) as MP4.", Role.Read)
            {
                AnswerMedia = ["video/mp4"], Query = [new("start", "number", "Seconds.", IsRequired: true), new("end", "number", "Seconds.", IsRequired: true)],
            });
        api.MapGet("/videos/{id}/sheet", context => SheetAsync(context, parts))
            .Is(new Operation("Key frames of the longest shots, as one picture.", Role.Read) { AnswerMedia = ["image/jpeg"], Query = [new("count", "integer", "1 to 60; 12 unless said.")] });
        api.MapPost("/clips", context => ClipsAsync(context, parts))
            .Is(new Operation("Several clips as one ZIP.", Role.Read) { Body = typeof(ClipsBody), AnswerMedia = ["application/zip"] });
        api.MapPost("/sheet", context => SheetOfMomentsAsync(context, parts))
            .Is(new Operation("The key frames of moments, as one picture.", Role.Read)
            {
                Body = typeof(SheetBody), AnswerMedia = ["image/jpeg", "image/png"], Query = [new("format", "string", "jpeg or png; jpeg unless said.")],
            });
    }

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
        await WriteSheetAsync(context, parts, [.. shots.Select((shot, i) => TileOf(detail, i + 1, shot.Start, shot.End, (shot.Start + shot.End) / 2))], isPng: false);
    }

    /// <summary>The key frames of moments, as one picture.</summary>
    private static async Task SheetOfMomentsAsync(HttpContext context, GatewayParts parts)
    {
        var isPng = context.Request.Query["format"].ToString() switch
        {
            "" or "jpeg" => false,
            "png" => true,
            var other => throw Exchange.Invalid($"format: expected jpeg or png, found '{Exchange.Shown(other)}'"),
        };
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.SheetBody);
        if (body.Moments is not { Count: > 0 and <= MaximumTiles } moments) throw Exchange.Invalid($"moments: 1 to {MaximumTiles}, found {body.Moments?.Count ?? 0}");
        var details = new Dictionary<VideoId, VideoDetail>();
        var tiles = new List<Moment>(moments.Count);
        foreach (var moment in moments)
        {
            var video = Exchange.ParseVideo(moment.VideoId);
            if (!details.TryGetValue(video, out var detail)) details[video] = detail = await parts.Search.ShowVideoAsync(video, context.RequestAborted);
            if (!(moment.Start >= 0) || !(moment.End > moment.Start) || !(moment.KeyFrame >= 0)) throw Exchange.Invalid("a moment ends after it starts, and nothing of it is negative");
            tiles.Add(TileOf(detail, tiles.Count + 1, moment.Start, moment.End, moment.KeyFrame));
        }
        await WriteSheetAsync(context, parts, tiles, isPng);
    }

    private static Moment TileOf(VideoDetail video, int rank, double start, double end, double keyFrame) => new()
    {
        Rank = rank, Video = video.Summary.Id, FileName = video.Summary.FileName, Path = video.Summary.Path, Start = start, End = end,
        KeyFrame = keyFrame, Score = 0, Relevance = null, Labels = [],
    };

    private static async Task WriteSheetAsync(HttpContext context, GatewayParts parts, IReadOnlyList<Moment> tiles, bool isPng)
    {
        var path = Path.Combine(Path.GetTempPath(), $"clustersearch-sheet-{Guid.NewGuid():n}.{(isPng ? "png" : "jpg")}");
        try
        {
            using (await parts.Pictorial.EnterAsync(context.RequestAborted)) await parts.Search.WriteContactSheetAsync(tiles, path, context.RequestAborted);
            context.Response.Headers.CacheControl = "private, max-age=60";
            await Results.File(path, isPng ? "image/png" : "image/jpeg").ExecuteAsync(context);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
