using System.Globalization;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;
using ClusterSearch.LoadTests;

namespace ClusterSearch.IndexBenchmarks;

/// <summary>What is measured; the same in each of the processes that measure it.</summary>
internal sealed record BenchmarkPlan(long Samples, ulong Seed, string ModelName, string Directory)
{
    /// <summary>Deepest recall that is measured.</summary>
    public const int Deepest = 100;

    /// <summary>Kept of the truth beyond that.</summary>
    public const int TruthCount = Deepest + 10;

    public const int QueryCount = 64;

    /// <summary>Bytes of a sample of 512 dimensions on the disk at most, merges under way included.</summary>
    private const double PeakBytesPerDimension = 2.7;

    public string TruthPath => Path.Combine(Directory, "truth.bin");

    public long RoomBytes => (long)(Samples * Model.Dimension * PeakBytesPerDimension);

    public FootageModel Model => ModelName switch
    {
        "default" => FootageModel.Default,
        "adversarial" => FootageModel.Adversarial,
        _ => throw new ArgumentException($"--model is default or adversarial, found '{ModelName}'"),
    };

    public static BenchmarkPlan Of(Arguments arguments) => new(
        arguments.Number("samples", 1_000_000), (ulong)arguments.Number("seed", 1), arguments.Text("model", "default"),
        Path.GetFullPath(arguments.Text("directory", Path.Combine(Path.GetTempPath(), $"clustersearch-index-{Environment.ProcessId}"))));

    public string[] ToArguments() =>
    [
        "--samples", Samples.ToString(CultureInfo.InvariantCulture), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--model", ModelName, "--directory", Directory,
    ];

    public MadeFootage Footage() => new(Model, Samples, Seed);

    public static IReadOnlyList<MadeQuery> Queries(MadeFootage footage) => MadeQueries.Make(footage, QueryCount);

    public static IReadOnlyList<Scope> Scopes(MadeFootage footage) => Scope.Of(footage);
}
