using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Benchmarks;

/// <summary>Towers of real size at several batch shapes and numbers of threads; one operation is one picture.</summary>
public class TowerBenchmarks
{
    private const int Pictures = 8;

    private string _directory = "";
    private GraphSession _session = null!;
    private ImageEncoder _encoder = null!;
    private float[] _prepared = [];
    private float[] _vectors = [];
    private LabelScore[] _labels = [];

    [Params("starter", "ViT-B/32", "ViT-B/16")]
    public string Tower { get; set; } = "";

    [Params(1, 2, 4, 8)]
    public int BatchSize { get; set; }

    /// <summary>0: all cores.</summary>
    [Params(0, 1)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _directory = Directory.CreateTempSubdirectory("clustersearch-benchmark-").FullName;
        var path = Path.Combine(_directory, "vision_model.onnx");
        if (Tower == "starter") path = Path.Combine(Models.DirectoryOf("starter"), "onnx", "vision_model_quantized.onnx");
        else SyntheticTower.Write(path, Tower == "ViT-B/32" ? 32 : 16);
        var settings = Path.Combine(_directory, "preprocessor_config.json");
        File.WriteAllText(settings, "{}");
        var config = PreprocessorConfig.Read(Tower == "starter" ? Path.Combine(Models.DirectoryOf("starter"), "preprocessor_config.json") : settings, PreprocessingDefaults.Clip);
        var graph = GraphFile.Open(path);
        _session = new GraphSession(graph.File, ExecutionSettings.OnProcessor(Threads), ModelTowers.Image);
        var image = ImageGraph.From(graph, graph.File.Outputs[0], 512, config.OutputWidth, config.OutputHeight, BatchSize);
        if (Tower == "starter") image = image with { Labels = graph.File.Outputs[1], LabelCount = 1000 };
        _encoder = new ImageEncoder(new PicturePreparation(config), image, text: null, [_session]);
        _prepared = new float[BatchSize * _encoder.PreparedLength];
        for (var i = 0; i < BatchSize; i++) _encoder.Prepare(Models.Picture(300 + i, 300), _prepared.AsSpan(i * _encoder.PreparedLength, _encoder.PreparedLength));
        _vectors = new float[BatchSize * 512];
        _labels = new LabelScore[BatchSize * _encoder.LabelsPerImage];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _encoder.Dispose();
        _session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Pictures)]
    public void Encode()
    {
        for (var done = 0; done < Pictures; done += BatchSize) _encoder.Encode(_prepared, BatchSize, _vectors, _labels);
    }
}
