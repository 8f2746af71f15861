using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Benchmarks;

/// <summary>The starter's vision graph at several batch shapes; one operation is one picture. The loader's choice is 8.</summary>
public class ImageEncoderBenchmarks
{
    private const int Pictures = 32;

    private GraphSession _session = null!;
    private ImageEncoder _encoder = null!;
    private float[] _prepared = [];
    private float[] _vectors = [];
    private LabelScore[] _labels = [];

    [Params(1, 2, 4, 8, 16, 32)]
    public int BatchSize { get; set; }

    /// <summary>0: all cores.</summary>
    [Params(0, 1)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var file = OnnxFile.Read(Path.Combine(Starter.Directory, "onnx", "vision_model_quantized.onnx"));
        _session = new GraphSession(file, ExecutionSettings.From(new ModelOptions { IntraOpThreads = Threads }), ModelTowers.Image);
        var config = PreprocessorConfig.Read(Path.Combine(Starter.Directory, "preprocessor_config.json"), PreprocessingDefaults.Clip);
        _encoder = new ImageEncoder(new PicturePreparation(config), file, file.Outputs[0], 512, file.Outputs[1], 1000, BatchSize, _session);
        _prepared = new float[BatchSize * _encoder.PreparedLength];
        for (var i = 0; i < BatchSize; i++) _encoder.Prepare(Starter.Picture(300 + i, 300), _prepared.AsSpan(i * _encoder.PreparedLength, _encoder.PreparedLength));
        _vectors = new float[BatchSize * 512];
        _labels = new LabelScore[BatchSize * _encoder.LabelsPerImage];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _encoder.Dispose();
        _session.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Pictures)]
    public void Encode()
    {
        for (var done = 0; done < Pictures; done += BatchSize) _encoder.Encode(_prepared, BatchSize, _vectors, _labels);
    }
}
