using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Benchmarks;

/// <summary>A query's words, and a text far beyond the limit, into each family's ids.</summary>
[MemoryDiagnoser]
public class TokenizationBenchmarks
{
    private static readonly string s_long = string.Concat(Enumerable.Repeat("a red car turns left at the crossing, ", 100));

    private IImageTextModel _model = null!;

    [ParamsSource(nameof(ModelNames))]
    public string Model { get; set; } = "";

    public static IEnumerable<string> ModelNames => Models.Names;

    [GlobalSetup]
    public void Setup() => _model = Models.Load(Model);

    [GlobalCleanup]
    public void Cleanup() => _model.Dispose();

    [Benchmark]
    public long[] Query() => _model.Texts.Tokenize("a red car turns left at the crossing");

    [Benchmark]
    public long[] LongText() => _model.Texts.Tokenize(s_long);
}
