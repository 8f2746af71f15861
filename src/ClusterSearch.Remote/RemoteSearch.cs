using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Remote.Reading;
using ClusterSearch.Remote.Writing;

namespace ClusterSearch.Remote;

/// <summary>Everything that asks, through a gateway.</summary>
internal sealed class RemoteSearch(GatewayConnection gateway) : ISearch
{
    /// <summary>The most that a gateway gives at once.</summary>
    private const int PageLength = 200;

    public async Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellation)
    {
        var query = new QueryWriting(gateway);
        var body = await query.WriteAsync(request, cancellation);
        try
        {
            return await PagesAsync(request, body, cancellation);
        }
        catch (ClusterSearchException fault)
        {
            throw query.Named(fault);
        }
    }

    private async Task<SearchAnswer> PagesAsync(SearchRequest request, SearchBody body, CancellationToken cancellation)
    {
        var moments = new List<Moment>();
        var timings = new List<TimingsDocument>();
        AnswerDocument? first = null;
        AnswerDocument page;
        do
        {
            page = await gateway.PostAsync("search", body with { Limit = Math.Min(PageLength, request.Top - moments.Count) },
                RemoteJson.Default.SearchBody, RemoteJson.Default.AnswerDocument, cancellation);
            first ??= page;
            moments.AddRange(page.Moments.Select(AnswerReading.Moment));
            timings.Add(page.Timings);
            body = new SearchBody(null, null, false, null, page.NextCursor, null, null, null);
        }
        while (page.NextCursor is not null && moments.Count < request.Top);
        // A later page may have met more that is damaged.
        first = first with { Coverage = first.Coverage with { DamagedParts = page.Coverage.DamagedParts } };
        return AnswerReading.Answer(first, moments, AnswerReading.Sum(timings));
    }

    public async Task<VideoId> ResolveVideoAsync(string idPathOrName, CancellationToken cancellation) =>
        VideoId.Parse((await gateway.GetAsync($"videos/find?name={Uri.EscapeDataString(idPathOrName)}", RemoteJson.Default.FoundVideoDocument, cancellation)).VideoId);

    public async Task<IReadOnlyList<VideoSummary>> ListVideosAsync(CancellationToken cancellation) =>
        [.. (await gateway.GetAsync("videos", RemoteJson.Default.VideosDocument, cancellation)).Videos.Select(VideoReading.Summary)];

    public async Task<VideoDetail> ShowVideoAsync(VideoId video, CancellationToken cancellation) =>
        VideoReading.Detail(await gateway.GetAsync($"videos/{video}", RemoteJson.Default.VideoDetailDocument, cancellation));

    public async Task<ScoreCurve> ScoreCurveAsync(SearchRequest request, VideoId video, CancellationToken cancellation)
    {
        var body = await new QueryWriting(gateway).WriteAsync(request, cancellation);
        var curve = await gateway.PostAsync($"videos/{video}/scores", new ScoresBody(body.Parts, body.Encoding), RemoteJson.Default.ScoresBody, RemoteJson.Default.ScoresDocument, cancellation);
        return new ScoreCurve(curve.Times, curve.Raw, curve.Smoothed, [.. curve.Shots.Select(shot => new ShotRange(shot.Start, shot.End))]);
    }

    public async Task StreamAsync(VideoId video, double startSeconds, Stream output, CancellationToken cancellation)
    {
        using var response = await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"videos/{video}/stream?transcode=true&start={Number(startSeconds)}"), cancellation);
        await response.Content.CopyToAsync(output, cancellation);
    }

    public async Task<byte[]> ThumbnailAsync(VideoId video, double seconds, int maximumWidth, CancellationToken cancellation)
    {
        using var response = await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"videos/{video}/frame?t={Number(seconds)}&width={maximumWidth}"), cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    public async Task WriteClipAsync(VideoId video, double start, double end, string outputPath, bool streamCopy, CancellationToken cancellation)
    {
        if (streamCopy) throw RemoteArchive.OnlyThere("a clip cut without decoding");
        await WrittenFile.WriteAsync(gateway, new HttpRequestMessage(HttpMethod.Get, $"videos/{video}/clip?start={Number(start)}&end={Number(end)}"), outputPath, cancellation);
    }

    public Task WriteContactSheetAsync(IReadOnlyList<Moment> moments, string outputPath, CancellationToken cancellation)
    {
        var body = new SheetBody([.. moments.Select(m => new SheetMomentBody(m.Video.Value, m.Start, m.End, m.KeyFrame))]);
        var format = Path.GetExtension(outputPath).Equals(".png", StringComparison.OrdinalIgnoreCase) ? "png" : "jpeg";
        return WrittenFile.WriteAsync(gateway, new HttpRequestMessage(HttpMethod.Post, $"sheet?format={format}") { Content = QueryWriting.Json(body, RemoteJson.Default.SheetBody) }, outputPath, cancellation);
    }

    public async Task RateAsync(SearchRequest request, VideoId video, double start, double end, bool? isRelevant, CancellationToken cancellation)
    {
        var body = await new QueryWriting(gateway).WriteAsync(request, cancellation);
        var verdict = isRelevant switch { true => "up", false => "down", null => "none" };
        using var response = await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Post, "feedback")
        {
            Content = QueryWriting.Json(new RatingBody(video.Value, start, end, verdict, body.Parts), RemoteJson.Default.RatingBody),
        }, cancellation);
    }

    public Task<float[]> QueryVectorAsync(SearchRequest request, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("a query's vector");

    public Task<PlayableFile> FindFootageAsync(VideoId video, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("a video's file");

    public Task<VectorExport> ExportVectorsAsync(VideoId video, bool smoothed, string? encoding, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("a video's vectors");

    public Task<EvaluationReport> EvaluateAsync(JudgedQueries judged, SearchRequest settings, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("an evaluation");

    public Task<IReadOnlyList<Feedback>> ListRatingsAsync(SearchRequest? request, VideoId? video, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("the list of verdicts");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
