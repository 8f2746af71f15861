using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Measures what a query scores on the bulk of an encoding's footage, from samples that are chosen evenly over videos
/// and, within a video, over its units (all of them in a small archive): the same ones for every query. Needed for models whose scores say nothing by
/// themselves: CLIP's cosines of unrelated pairs lie around .2, and elsewhere for each checkpoint.
/// </summary>
internal static class BackgroundProbe
{
    private const int Probes = 512;

    /// <returns>Null for an archive too small to have a background.</returns>
    public static async Task<ScoreBackground?> MeasureAsync(SearchSession session, float[] query, CancellationToken cancellation)
    {
        var videos = await session.Snapshot.ListVideosAsync(cancellation);
        var scores = new List<float>(Probes);
        var visited = Math.Min(videos.Count, Probes);
        for (var i = 0; i < visited; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var video = videos[(int)((long)i * videos.Count / visited)];
            var units = await session.Snapshot.ListUnitsAsync(video, cancellation);
            // The division's rest goes to the first videos.
            var wanted = Probes / visited + (i < Probes % visited ? 1 : 0);
            var chosen = Math.Min(units.Count, wanted);
            for (var j = 0; j < chosen; j++)
            {
                var unit = units[(int)((2L * j + 1) * units.Count / (2 * chosen))];
                var count = Math.Min(unit.Count, (wanted + chosen - 1) / chosen);
                var first = unit.FirstSample + (unit.Count - count) / 2;
                scores.AddRange((await session.Snapshot.ScoreSamplesAsync([query], video, new SampleRange(first, first + count), cancellation))[0].Scores);
            }
        }
        return ScoreBackground.From([.. scores]);
    }
}
