using System.Text.Json.Serialization;
using ClusterSearch.Pulling.Checkpoints;
using ClusterSearch.Pulling.Files;

namespace ClusterSearch.Pulling;

/// <summary>Source-generated: no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Checkpoint>))]
[JsonSerializable(typeof(PullJournal.Content))]
[JsonSerializable(typeof(InstalledModel))]
internal sealed partial class PullingJson : JsonSerializerContext;
