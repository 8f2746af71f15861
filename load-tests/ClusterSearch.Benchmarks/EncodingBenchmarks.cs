using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Benchmarks;

/// <summary>
/// Through the loader: a full batch of prepared pictures, a text, and from opening the directory to the first text's
/// vector. The fixtures' towers are tiny, so that theirs is what the path around a tower costs; <see cref="TowerBenchmarks"/>
/// has towers of real size.
/// </summary>
public class EncodingBenchmarks
{
    private IImageTextModel _model = null!;
    private float[] _prepared = [];
    private float[] _vectors = [];
    private LabelScore[] _labels = [];

    [ParamsSource(nameof(ModelNames))]
    public string Model { get; set; } = "";

    public static IEnumerable<string> ModelNames => Models.Names;

    [GlobalSetup]
    public void Setup()
    {
        _model = Models.Load(Model);
        var images = _model.Images;
        _prepared = new float[images.BatchSize * images.PreparedLength];
        for (var i = 0; i < images.BatchSize; i++) images.Prepare(Models.Picture(300 + i, 300), _prepared.AsSpan(i * images.PreparedLength, images.PreparedLength));
        _vectors = new float[images.BatchSize * _model.Facts.Dimension];
        _labels = new LabelScore[images.BatchSize * images.LabelsPerImage];
    }

    [GlobalCleanup]
    public void Cleanup() => _model.Dispose();

    [Benchmark]
    public void BatchOfPictures() => _model.Images.Encode(_prepared, _model.Images.BatchSize, _vectors, _labels);

    [Benchmark]
    public float[] Text() => _model.Texts.Encode("a red car turns left at the crossing");

    [Benchmark]
    public float[] LoadAndText()
    {
        using var model = Models.Load(Model);
        return model.Texts.Encode("a red car turns left at the crossing");
    }
}
