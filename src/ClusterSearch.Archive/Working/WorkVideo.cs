using ClusterSearch.Archive.Footage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Working;

/// <summary>What work on a video's chunks needs to know.</summary>
/// <param name="Record">As the catalogue has it.</param>
/// <param name="Grid">Its samples in the encoding.</param>
/// <param name="Places">Where it lies here.</param>
/// <param name="Trace">Its plan's: <see cref="VideoPlan.Trace"/>.</param>
internal sealed record WorkVideo(VideoRecord Record, SampleGrid Grid, PlaceBook Places, string? Trace);
