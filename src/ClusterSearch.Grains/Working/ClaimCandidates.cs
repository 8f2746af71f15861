using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Grains.Working;

/// <summary>Which videos a free place is offered to, and in which order: the ledger's own order of claims, as far as counts tell it.</summary>
internal static class ClaimCandidates
{
    /// <param name="plans">Of one encoding.</param>
    /// <param name="encoderFingerprint">Of the encoder that would do the work.</param>
    /// <param name="allowMixed">Offer also videos that another encoder began.</param>
    public static IReadOnlyList<VideoId> Order(IReadOnlyList<VideoPlanSummary> plans, ClaimOrder order, string encoderFingerprint, bool allowMixed) =>
    [
        .. plans
            .Where(plan => plan.Count(ChunkState.Pending) + plan.Count(ChunkState.Leased) > 0)
            .Where(plan => allowMixed || plan.EncoderFingerprint is null || plan.EncoderFingerprint == encoderFingerprint)
            // Where all is leased, only a lapse leaves something to claim.
            .OrderBy(plan => plan.Count(ChunkState.Pending) == 0)
            .ThenByDescending(plan => plan.Priority)
            .ThenBy(plan => order == ClaimOrder.Fair ? plan.Count(ChunkState.Leased) : plan.Count(ChunkState.Pending) == plan.ChunkCount ? 1 : 0)
            .Select(plan => plan.Video),
    ];
}
