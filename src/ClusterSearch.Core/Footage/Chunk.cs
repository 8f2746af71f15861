namespace ClusterSearch.Core.Footage;

/// <summary>A piece of work: the samples of one video whose instants fall into one span of time.</summary>
/// <param name="Index">0 for the first.</param>
/// <param name="Samples">Sample numbers; never empty.</param>
public readonly record struct Chunk(int Index, SampleRange Samples);
