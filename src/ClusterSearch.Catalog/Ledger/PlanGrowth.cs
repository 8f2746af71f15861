using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>Which chunks make a plan, and which continue one.</summary>
internal static class PlanGrowth
{
    /// <exception cref="ArgumentException">Not chunks 0, 1, … whose samples follow each other without a hole, or none at all.</exception>
    public static void ValidateWhole(IReadOnlyList<Chunk> chunks)
    {
        if (chunks.Count == 0) throw new ArgumentException("a plan has at least one chunk", nameof(chunks));
        for (var i = 0; i < chunks.Count; i++)
            if (chunks[i].Index != i || chunks[i].Samples.IsEmpty || (i > 0 && chunks[i].Samples.First != chunks[i - 1].Samples.End))
                throw new ArgumentException($"chunks are numbered from 0, follow each other and hold samples, found {chunks[i]} as number {i}", nameof(chunks));
    }

    /// <returns>Those of the chunks that the plan does not have yet.</returns>
    /// <exception cref="ClusterSearchException">request.invalid: they do not continue it.</exception>
    public static IReadOnlyList<Chunk> Of(VideoPlan plan, IReadOnlyList<Chunk> chunks)
    {
        var last = plan.Chunks[^1];
        var added = new List<Chunk>();
        foreach (var chunk in chunks)
        {
            if (chunk.Index >= 0 && chunk.Index < plan.Chunks.Count && plan.Chunks[chunk.Index] == chunk) continue;
            if (chunk.Index != last.Index + 1 || chunk.Samples.IsEmpty || chunk.Samples.First != last.Samples.End)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                    $"video {plan.Video} in encoding {plan.EncodingId}: a chunk {last.Index + 1} that begins at sample {last.Samples.End} would continue the plan, found {chunk}");
            added.Add(chunk);
            last = chunk;
        }
        return added;
    }
}
