using System.Globalization;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>What of a video could not be had, told in one line.</summary>
/// <param name="MissingSeconds">Footage without samples.</param>
/// <param name="Failure">Why chunks were quarantined; null when all were embedded.</param>
/// <param name="Message">One line, without the path.</param>
internal sealed record ChunkDamage(double MissingSeconds, Failure? Failure, string Message)
{
    /// <returns>Null for a video that lost nothing and of which the decoder did not complain.</returns>
    public static ChunkDamage? Of(IReadOnlyList<ChunkRecord> chunks, SampleGrid grid)
    {
        var quarantined = chunks.Where(chunk => chunk.State == ChunkState.Quarantined).ToList();
        var missing = chunks.Sum(chunk => chunk.Result?.MissingSamples ?? 0);
        var warning = chunks.Select(chunk => chunk.Result?.Warning).FirstOrDefault(warning => warning is not null);
        if (quarantined.Count == 0 && missing == 0 && warning is null) return null;

        var failure = quarantined.FirstOrDefault()?.Failure;
        var lost = quarantined.Sum(chunk => grid.SpanSeconds(chunk.Chunk.Samples))
            + chunks.Sum(chunk => chunk.Result is { MissingSamples: > 0 } result
                ? grid.SpanSeconds(chunk.Chunk.Samples) * result.MissingSamples / chunk.Chunk.Samples.Count
                : 0);
        var total = grid.SpanSeconds(new SampleRange(0, grid.Count));
        var reason = failure?.Message ?? warning;
        var what = quarantined.Count == chunks.Count ? "nothing of it could be ingested"
            : lost > 0 ? string.Create(CultureInfo.InvariantCulture, $"{lost:0.#} of {total:0.#} s could not be decoded")
            : "the decoder found damage, every sample was had";
        return new ChunkDamage(lost, failure, reason is null ? what : $"{what}: {reason}");
    }
}
