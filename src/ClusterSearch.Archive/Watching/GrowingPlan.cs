using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Which chunks of a recording can be worked on while it grows: those whose footage is wholly there, and a little more, since
/// a decoder needs what comes behind the last picture to show it. The sample grid is absolute, so a chunk stays what it is.
/// </summary>
internal static class GrowingPlan
{
    /// <summary>
    /// Footage behind a chunk that must be there: reordered pictures (at most 16), a packet that is only whole when the next
    /// begins, and what ffmpeg reads ahead, so that it does not meet the end of what is written.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    /// <param name="grid">Of what is written so far.</param>
    /// <param name="chunkCount">Chunks planned so far.</param>
    /// <param name="plannedEnd">End of the last of them; 0 before the first.</param>
    /// <param name="chunkDuration">As for <see cref="ChunkPlan"/>, whose boundaries these are.</param>
    /// <param name="isClosed">Nothing more will come: the rest is a chunk, too.</param>
    /// <returns>Further chunks, in order.</returns>
    public static IReadOnlyList<Chunk> Next(SampleGrid grid, int chunkCount, long plannedEnd, TimeSpan chunkDuration, bool isClosed)
    {
        var milliseconds = (long)chunkDuration.TotalMilliseconds;
        var available = (double)grid.DurationTicks * grid.TimeBase.Numerator / grid.TimeBase.Denominator;
        var chunks = new List<Chunk>();
        var first = plannedEnd;
        var span = first == 0 ? 1 : (long)(grid.Seconds(first - 1) * 1000) / milliseconds + 1;
        for (; first < grid.Count; span++)
        {
            if (!isClosed && span * milliseconds / 1000.0 + Margin.TotalSeconds > available) break;
            var end = grid.FirstAtOrAfter(new Rational(span * milliseconds, 1000));
            if (end <= first) continue;
            chunks.Add(new Chunk(chunkCount + chunks.Count, new SampleRange(first, end)));
            first = end;
        }
        return chunks;
    }
}
