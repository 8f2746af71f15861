using System.Globalization;
using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Benchmarks;

/// <summary>One frame into the starter's numbers, on one core; the limit is 8 ms for 1920 x 1080. Kernels side by side.</summary>
[MemoryDiagnoser]
public class PicturePreparationBenchmarks
{
    private IImageTextModel _model = null!;
    private RgbImage _picture = null!;
    private ResizePlan _plan = null!;
    private float[] _prepared = [];

    [Params("640x360", "1280x720", "1920x1080", "3840x2160")]
    public string Frame { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _model = Starter.Load();
        int[] size = [.. Frame.Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture))];
        _picture = Starter.Picture(size[0], size[1]);
        var config = PreprocessorConfig.Read(Path.Combine(Starter.Directory, "preprocessor_config.json"), PreprocessingDefaults.Clip);
        _plan = config.PlanFor(_picture.Width, _picture.Height);
        _prepared = new float[_model.Images.PreparedLength];
    }

    [GlobalCleanup]
    public void Cleanup() => _model.Dispose();

    [Benchmark(Baseline = true)]
    public void Prepare() => _model.Images.Prepare(_picture, _prepared);

    [Benchmark]
    public void ResizeWithPortableVectors()
    {
        var sink = default(Nowhere);
        PictureResize.Run<PortableKernel, Nowhere>(_plan, _picture, ref sink);
    }

    [Benchmark]
    public void ResizeWithoutVectors()
    {
        var sink = default(Nowhere);
        PictureResize.Run<ScalarKernel, Nowhere>(_plan, _picture, ref sink);
    }

    private readonly struct Nowhere : PictureResize.IRowSink
    {
        public void Write(int row, ReadOnlySpan<byte> pixels)
        {
        }
    }
}
