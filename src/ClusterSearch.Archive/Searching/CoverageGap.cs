using System.Globalization;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// What a search in an encoding cannot meet: footage not ingested yet, quarantined or undecodable, or held by another encoding
/// alone. Finding it reads every plan (40 ms for two encodings of 10,000 videos, 150 ms where videos are read too), so the last
/// answer is kept for as long as the counts of all encodings stay as they were.
/// </summary>
internal sealed class CoverageGap(ICatalog catalog)
{
    private Answer? _last;

    /// <returns>Videos of the archive, and seconds of footage that are not searched.</returns>
    public async Task<(int Videos, double Seconds)> FindAsync(Encoding encoding, LedgerStatus status, CancellationToken cancellation)
    {
        var others = (await catalog.ListEncodingsAsync(cancellation)).Select(record => record.Encoding.Id).Where(id => id != encoding.Id).ToList();
        var isWhole = status.SearchableVideos == status.Videos && status.MissingSamples == 0;
        if (isWhole && others.Count == 0) return (status.Videos, 0);
        var counts = Counts(encoding.Id, status);
        foreach (var other in others) counts += Counts(other, await catalog.StatusAsync(other, cancellation));
        if (_last is { } last && last.Counts == counts) return (last.Videos, last.Seconds);

        var (videos, seconds) = isWhole && !await HoldMoreAsync(others, encoding.Id, cancellation)
            ? (status.Videos, 0)
            : await SumAsync(encoding, cancellation);
        _last = new Answer(counts, videos, seconds);
        return (videos, seconds);
    }

    private async Task<(int Videos, double Seconds)> SumAsync(Encoding encoding, CancellationToken cancellation)
    {
        var plans = (await catalog.ListPlansAsync(encoding.Id, cancellation)).ToDictionary(plan => plan.Video);
        var videos = await catalog.ListVideosAsync(cancellation);
        double missing = 0;
        foreach (var video in videos)
        {
            var plan = plans.GetValueOrDefault(video.Id);
            missing += plan is null || plan.PlannedSamples == 0
                ? video.Facts.DurationSeconds
                : video.Facts.DurationSeconds * (plan.PlannedSamples - plan.EmbeddedSamples) / plan.PlannedSamples;
        }
        return (videos.Count, missing);
    }

    /// <summary>Whether another encoding holds a video that this one does not.</summary>
    private async Task<bool> HoldMoreAsync(IReadOnlyList<string> others, string encodingId, CancellationToken cancellation)
    {
        HashSet<VideoId> own = [.. (await catalog.ListPlansAsync(encodingId, cancellation)).Select(plan => plan.Video)];
        foreach (var other in others)
            if ((await catalog.ListPlansAsync(other, cancellation)).Any(plan => !own.Contains(plan.Video))) return true;
        return false;
    }

    private static string Counts(string encodingId, LedgerStatus s) => string.Create(CultureInfo.InvariantCulture,
        $"{encodingId} {s.Videos} {s.SearchableVideos} {s.Samples} {s.MissingSamples} {s.Seconds:R} {string.Join(',', s.Chunks.OrderBy(state => state.Key).Select(state => state.Value))};");

    private sealed record Answer(string Counts, int Videos, double Seconds);
}
