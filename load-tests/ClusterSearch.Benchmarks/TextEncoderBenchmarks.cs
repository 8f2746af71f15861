using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Benchmarks;

/// <summary>The starter's text tower: one text, and from opening the directory to the first text's vector.</summary>
public class TextEncoderBenchmarks
{
    private IImageTextModel _model = null!;

    [GlobalSetup]
    public void Setup() => _model = Starter.Load();

    [GlobalCleanup]
    public void Cleanup() => _model.Dispose();

    [Benchmark]
    public long[] Tokenize() => _model.Texts.Tokenize("a red car turns left at the crossing");

    [Benchmark]
    public float[] Encode() => _model.Texts.Encode("a red car turns left at the crossing");

    [Benchmark]
    public float[] LoadAndEncode()
    {
        using var model = Starter.Load();
        return model.Texts.Encode("a red car turns left at the crossing");
    }
}
