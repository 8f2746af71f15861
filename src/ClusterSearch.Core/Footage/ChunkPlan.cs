namespace ClusterSearch.Core.Footage;

/// <summary>Splits a sample grid into chunks of equal time. Depends on the grid and the duration alone; no result depends on it.</summary>
public static class ChunkPlan
{
    public static readonly TimeSpan DefaultChunkDuration = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan MinimumChunkDuration = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MaximumChunkDuration = TimeSpan.FromHours(24);

    /// <param name="grid">The samples.</param>
    /// <param name="chunkDuration">From one second to a day, counted in whole milliseconds.</param>
    /// <returns>Chunks in order that cover every sample once; spans without a sample give no chunk.</returns>
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
        return chunks;
    }
}
