using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>Turns found moments into what people see: refined edges, key frame, labels, relevance, folded repeats.</summary>
internal sealed class MomentAssembly(SearchSession session, VectorFilter filter, Func<float, double?> relevanceOf)
{
    private const int LabelsShown = 3;

    /// <summary>A label below this is noise.</summary>
    private const float LabelFloor = 0.05f;

    /// <param name="found">Best first; more than <paramref name="count"/> where repeats are to be folded.</param>
    /// <param name="isFolded">Group near-identical moments under the best of them.</param>
    /// <param name="count">Moments wanted.</param>
    /// <param name="cancellation">Checked between moments.</param>
    public async Task<IReadOnlyList<Moment>> AssembleAsync(
        IReadOnlyList<FoundMoment> found, bool isFolded, int count, CancellationToken cancellation)
    {
        IReadOnlyList<IReadOnlyList<int>> groups = isFolded
            ? await GroupAsync(found, cancellation)
            : [.. Enumerable.Range(0, found.Count).Select(index => new[] { index })];
        var moments = new List<Moment>();
        foreach (var group in groups.Take(count))
        {
            var members = new List<Moment>(group.Count);
            foreach (var index in group)
                if (await AssembleAsync(found[index], moments.Count + 1, cancellation) is { } moment) members.Add(moment);
            if (members.Count > 0) moments.Add(members[0] with { Similar = members[1..] });
        }
        return moments;
    }

    private async Task<IReadOnlyList<IReadOnlyList<int>>> GroupAsync(IReadOnlyList<FoundMoment> found, CancellationToken cancellation)
    {
        var vectors = new List<float[]>(found.Count);
        foreach (var moment in found)
        {
            var video = await session.VideoAsync(moment.Video, cancellation);
            vectors.Add((video is null ? null : await video.VectorOfAsync(moment.KeySample, cancellation)) ?? new float[session.Encoding.Dimension]);
        }
        return Folding.Group(vectors, Folding.DefaultThreshold);
    }

    /// <returns>Null for a video that was removed since the index was asked.</returns>
    private async Task<Moment?> AssembleAsync(FoundMoment found, int rank, CancellationToken cancellation)
    {
        if (await session.VideoAsync(found.Video, cancellation) is not { } video) return null;
        var record = video.Video;
        var (startTicks, endTicks) = await EdgesAsync(video, await session.ShotsAsync(found.Video, cancellation), found.Samples, cancellation);
        var (from, to) = filter.Window(record.Attributes);
        var start = Math.Max(record.Facts.SecondsAt(startTicks), from);
        var end = Math.Min(record.Facts.SecondsAt(endTicks), to);
        var keyFrame = await video.TimingAsync(found.KeySample, cancellation) is { } key
            ? record.Facts.SecondsAt(key.Ticks)
            : video.Grid.Seconds(found.KeySample);
        var path = session.Places.FindFile(record);
        return new Moment
        {
            Rank = rank,
            Video = record.Id,
            FileName = session.Places.NameOf(record),
            Path = path,
            Start = start,
            End = end,
            KeyFrame = Math.Clamp(keyFrame, start, end),
            Score = found.Score,
            Relevance = relevanceOf(found.Score),
            Labels = await LabelsAsync(video, found.KeySample, cancellation),
            RecordedAt = record.Attributes.RecordedAt?.AddSeconds(start),
        };
    }

    private async ValueTask<IReadOnlyList<NamedLabel>> LabelsAsync(VideoContext video, long number, CancellationToken cancellation)
    {
        if (session.Encoding.Labels is not { } names || await video.ColumnsOfAsync(number, cancellation) is not { } columns) return [];
        var at = Array.BinarySearch(columns.Numbers, number);
        return at < 0 ? [] : NamedLabels.Of(columns.LabelsOf(at), names, LabelsShown, LabelFloor);
    }

    /// <summary>
    /// Edges are refined from the samples around them, whose chunks are read when they are first asked for: until every
    /// answer was there, the refinement is done again.
    /// </summary>
    private static async Task<(long StartTicks, long EndTicks)> EdgesAsync(
        VideoContext video, ShotTable shots, SampleRange samples, CancellationToken cancellation)
    {
        await video.TimingAsync(samples.First, cancellation);
        await video.TimingAsync(samples.End - 1, cancellation);
        while (true)
        {
            var asked = new List<long>();
            var edges = MomentEdges.Refine(video.Video.Facts, samples, TimingOf, shots.IsStart);
            if (asked.Count == 0) return edges;
            foreach (var number in asked) await video.TimingAsync(number, cancellation);

            SampleTiming? TimingOf(long number)
            {
                if (!video.TryTiming(number, out var timing)) asked.Add(number);
                return timing;
            }
        }
    }
}
