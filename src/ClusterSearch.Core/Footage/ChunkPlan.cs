namespace ClusterSearch.Core.Footage;

/// <summary>Splits a sample grid into chunks of equal time. Depends on the grid and the duration alone; no result depends on it.</summary>
public static class ChunkPlan
{
    // Long beside what a decoder takes to start and to reach the first picture, short enough that one video keeps all cores busy.
    public static readonly TimeSpan DefaultChunkDuration = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan MinimumChunkDuration = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MaximumChunkDuration = TimeSpan.FromHours(24);

    private const int SmallestPart = 8;

    /// <param name="grid">The samples.</param>
    /// <param name="chunkDuration">From one second to a day, counted in whole milliseconds.</param>
    /// <returns>
    /// Chunks in order that cover every sample once; spans without a sample give no chunk. A last one of less than an eighth
    /// of the samples of the one before is not worth a seek and a decoder of its own, and joins it.
    /// </returns>
    public static IReadOnlyList<Chunk> For(SampleGrid grid, TimeSpan chunkDuration)
    {
        if (chunkDuration < MinimumChunkDuration || chunkDuration > MaximumChunkDuration)
            throw new ArgumentOutOfRangeException(nameof(chunkDuration),
                $"a chunk lasts from {MinimumChunkDuration} to {MaximumChunkDuration}, found {chunkDuration}");
        var milliseconds = (long)chunkDuration.TotalMilliseconds;
        var chunks = new List<Chunk>();
        long first = 0;
        for (long span = 1; first < grid.Count; span++)
        {
            var end = grid.FirstAtOrAfter(new Rational(span * milliseconds, 1000));
            if (end <= first) continue;
            chunks.Add(new Chunk(chunks.Count, new SampleRange(first, end)));
            first = end;
        }
        if (chunks is [.., var before, var last] && last.Samples.Count * SmallestPart < before.Samples.Count)
        {
            chunks.RemoveAt(last.Index);
            chunks[before.Index] = new Chunk(before.Index, new SampleRange(before.Samples.First, last.Samples.End));
        }
        return chunks;
    }
}
