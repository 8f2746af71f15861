using System.Globalization;
using BenchmarkDotNet.Attributes;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Benchmarks;

/// <summary>One frame into each family's numbers, on one core; the limit is 8 ms for 1920 x 1080.</summary>
[MemoryDiagnoser]
public class PicturePreparationBenchmarks
{
    private PicturePreparation _preparation = null!;
    private RgbImage _picture = null!;
    private float[] _prepared = [];

    [Params("640x360", "1280x720", "1920x1080", "3840x2160")]
    public string Frame { get; set; } = "";

    [Params("starter 292/260", "clip 224", "siglip 224x224", "siglip 384x384", "siglip2 224x224")]
    public string Family { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] size = [.. Frame.Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture))];
        _picture = Models.Picture(size[0], size[1]);
        _preparation = new PicturePreparation(Geometries.Read(Family));
        _prepared = new float[_preparation.PreparedLength];
    }

    [Benchmark]
    public void Prepare() => _preparation.Prepare(_picture, _prepared);
}

/// <summary>The resize alone, by the kernel for this processor and by the two beside it.</summary>
public class ResizeKernelBenchmarks
{
    private ResizePlan _plan = null!;
    private RgbImage _picture = null!;

    [Params("1920x1080")]
    public string Frame { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _picture = Models.Picture(1920, 1080);
        _plan = Geometries.Read("starter 292/260").PlanFor(1920, 1080);
    }

    [Benchmark(Baseline = true)]
    public void Chosen() => PictureResize.Run(_plan, _picture, ref s_nowhere);

    [Benchmark]
    public void PortableVectors() => PictureResize.Run<PortableKernel, Nowhere>(_plan, _picture, ref s_nowhere);

    [Benchmark]
    public void NoVectors() => PictureResize.Run<ScalarKernel, Nowhere>(_plan, _picture, ref s_nowhere);

    private static Nowhere s_nowhere;

    private readonly struct Nowhere : PictureResize.IRowSink
    {
        public void Write(int row, ReadOnlySpan<byte> pixels)
        {
        }
    }
}

/// <summary>Preprocessing by name, as the families' files have it.</summary>
internal static class Geometries
{
    public static PreprocessorConfig Read(string family)
    {
        var (json, defaults) = family switch
        {
            "starter 292/260" => ("""{"size": {"shortest_edge": 292}, "crop_size": {"height": 260, "width": 260}}""", PreprocessingDefaults.Clip),
            "clip 224" => ("{}", PreprocessingDefaults.Clip),
            "siglip 224x224" => ("{}", PreprocessingDefaults.Siglip),
            "siglip 384x384" => ("""{"size": {"height": 384, "width": 384}}""", PreprocessingDefaults.Siglip),
            "siglip2 224x224" => ("""{"resample": 2}""", PreprocessingDefaults.Siglip),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "unknown"),
        };
        var path = Path.GetTempFileName();
        File.WriteAllText(path, json);
        try
        {
            return PreprocessorConfig.Read(path, defaults);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
