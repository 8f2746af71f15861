using System.Collections.Concurrent;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Measures what a query scores on the bulk of an encoding's footage, from samples that are chosen evenly over videos
/// and, within a video, over its units (all of them in a small archive): the same ones for every query. Needed for models whose scores say nothing by
/// themselves: CLIP's cosines of unrelated pairs lie around .2, and elsewhere for each checkpoint.
/// <para>
/// Choosing reads the tables of hundreds of videos, scoring a few hundred vectors that soon lie in memory. So a choice is kept until the
/// archive has changed by a tenth, or less than nine tenths of what was chosen is left.
/// </para>
/// </summary>
internal sealed class BackgroundProbe
{
    private const int Probes = 512;
    private const double Change = 0.1;

    private readonly ConcurrentDictionary<string, Choice> _choices = new(StringComparer.Ordinal);

    /// <returns>Null for an archive too small to have a background.</returns>
    public async Task<ScoreBackground?> MeasureAsync(SearchSession session, float[] query, CancellationToken cancellation)
    {
        var snapshot = session.Snapshot;
        var samples = (await session.CountAllAsync(cancellation)).Samples;
        var choice = _choices.GetValueOrDefault(session.Encoding.Id);
        for (var isFresh = false; ; isFresh = true)
        {
            if (choice is null || Math.Abs(samples - choice.ArchiveSamples) > Change * choice.ArchiveSamples)
            {
                _choices[session.Encoding.Id] = choice = await ChooseAsync(snapshot, samples, cancellation);
                isFresh = true;
            }
            var scores = new List<float>(Probes);
            foreach (var (video, range) in choice.Ranges)
                scores.AddRange((await snapshot.ScoreSamplesAsync([query], video, range, cancellation))[0].Scores);
            if (isFresh || scores.Count >= (1 - Change) * choice.Samples) return ScoreBackground.From([.. scores]);
            choice = null;
        }
    }

    private static async Task<Choice> ChooseAsync(IVectorSnapshot snapshot, long samples, CancellationToken cancellation)
    {
        var ranges = new List<(VideoId, SampleRange)>(Probes);
        var videos = await snapshot.ListVideosAsync(cancellation);
        var visited = Math.Min(videos.Count, Probes);
        for (var i = 0; i < visited; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var video = videos[(int)((long)i * videos.Count / visited)];
            var units = await snapshot.ListUnitsAsync(video, cancellation);
            // The division's rest goes to the first videos.
            var wanted = Probes / visited + (i < Probes % visited ? 1 : 0);
            var chosen = Math.Min(units.Count, wanted);
            for (var j = 0; j < chosen; j++)
            {
                var unit = units[(int)((2L * j + 1) * units.Count / (2 * chosen))];
                var count = Math.Min(unit.Count, (wanted + chosen - 1) / chosen);
                var first = unit.FirstSample + (unit.Count - count) / 2;
                ranges.Add((video, new SampleRange(first, first + count)));
            }
        }
        return new Choice(samples, ranges.Sum(range => range.Item2.Count), ranges);
    }

    private sealed record Choice(long ArchiveSamples, long Samples, IReadOnlyList<(VideoId Video, SampleRange Range)> Ranges);
}
