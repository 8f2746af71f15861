using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Moments;

/// <summary>A moment of one shot before its edges are refined.</summary>
/// <param name="Samples">Never empty.</param>
/// <param name="Score">Best mean of the smoothed scores over any window of the stated length inside it; the whole mean of a shorter shot.</param>
/// <param name="KeySample">The sample in it that scores best, the first of equals.</param>
public readonly record struct MomentCandidate(SampleRange Samples, float Score, long KeySample);
