using ClusterSearch.Core;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Pictures;

public class PreprocessorConfigTests
{
    [Fact]
    public void What_is_missing_is_the_familys_default()
    {
        var clip = Read("{}", PreprocessingDefaults.Clip);
        Assert.Equal((224, 224, 224, ResampleFilter.Bicubic), (clip.ShortestEdge, clip.OutputWidth, clip.OutputHeight, clip.Resample));
        Assert.Equal(1.0 / 255, clip.RescaleFactor);
        Assert.Equal(0.48145466f, clip.Mean[0]);
        var siglip = Read("{}", PreprocessingDefaults.Siglip);
        Assert.Null(siglip.ShortestEdge);
        Assert.Equal((224, 224, 0.5f), (siglip.ResizeWidth, siglip.OutputHeight, siglip.StandardDeviation[2]));
    }

    [Theory]
    [InlineData("""{"size": 240, "crop_size": 200}""", 240, 200, 200)]
    [InlineData("""{"size": {"shortest_edge": 240}, "crop_size": {"height": 100, "width": 200}}""", 240, 200, 100)]
    public void A_size_may_be_written_in_several_ways(string json, int shortestEdge, int width, int height)
    {
        var config = Read(json, PreprocessingDefaults.Clip);
        Assert.Equal((shortestEdge, width, height), (config.ShortestEdge, config.OutputWidth, config.OutputHeight));
    }

    [Fact]
    public void A_bare_number_is_a_square_where_the_family_squashes()
    {
        var config = Read("""{"size": 300}""", PreprocessingDefaults.Siglip);
        Assert.Equal(((int?)null, 300, 300), (config.ShortestEdge, config.OutputWidth, config.OutputHeight));
        Assert.Equal((300, 300), config.ResizedSize(1920, 1080));
    }

    [Fact]
    public void Steps_that_are_switched_off_do_nothing()
    {
        var config = Read("""{"do_rescale": false, "do_normalize": false}""", PreprocessingDefaults.Clip);
        Assert.Equal(1.0, config.RescaleFactor);
        Assert.Equal([0f, 0f, 0f], config.Mean);
        Assert.Equal([1f, 1f, 1f], config.StandardDeviation);
    }

    [Theory]
    [InlineData("""{"do_resize": false}""", "do_resize")]
    [InlineData("""{"do_center_crop": false}""", "do_center_crop")]
    [InlineData("""{"size": {"shortest_edge": 224, "longest_edge": 400}}""", "size")]
    [InlineData("""{"size": 200, "crop_size": 224}""", "crop_size")]
    [InlineData("""{"resample": 0}""", "resample")]
    [InlineData("""{"resample": 4}""", "resample")]
    [InlineData("""{"resample": "bicubic"}""", "resample")]
    [InlineData("""{"do_pad": true}""", "do_pad")]
    [InlineData("""{"image_mean": [0.5, 1e300, 0.5]}""", "image_mean")]
    [InlineData("""{"size": -3}""", "size")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std")]
    [InlineData("""{"image_mean": [0.5]}""", "image_mean")]
    [InlineData("""{"rescale_factor": "1/255"}""", "rescale_factor")]
    [InlineData("""{"do_rescale": 1}""", "do_rescale")]
    public void What_cannot_be_done_is_refused_by_name(string json, string property)
    {
        var fault = Assert.Throws<ClusterSearchException>(() => Read(json, PreprocessingDefaults.Clip));
        Assert.Equal(ErrorCodes.ModelUnsupported, fault.Code);
        Assert.Contains($"\"{property}\"", fault.Message);
    }

    private static PreprocessorConfig Read(string json, PreprocessingDefaults defaults)
    {
        using var temporary = new TemporaryDirectory();
        File.WriteAllText(temporary.File("preprocessor_config.json"), json);
        return PreprocessorConfig.Read(temporary.File("preprocessor_config.json"), defaults);
    }
}
