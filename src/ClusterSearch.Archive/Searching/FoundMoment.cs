using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;

namespace ClusterSearch.Archive.Searching;

/// <summary>A moment in samples, before its edges are refined.</summary>
internal sealed record FoundMoment(VideoId Video, SampleRange Samples, float Score, long KeySample)
{
    public static readonly Comparer<FoundMoment> BestFirst = Comparer<FoundMoment>.Create((left, right) => left.Key.CompareTo(right.Key));

    private RankKey Key => new(Score, Video, Samples.First);
}

/// <summary>Moments best first, and what finding them took.</summary>
internal sealed record FanOutResult(IReadOnlyList<FoundMoment> Moments, long UnitsSeen, long ShotsScored, long SamplesScored)
{
    /// <summary>Parts of the archive that did not answer in time: what they hold is not among the moments.</summary>
    public IReadOnlyList<VideoShard> Unanswered { get; init; } = [];

    /// <summary>What others than this process found damaged, <see cref="Coverage.DamagedParts"/>.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];
}
