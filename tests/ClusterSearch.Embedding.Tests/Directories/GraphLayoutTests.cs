using ClusterSearch.Core;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Directories;

/// <summary>Which graphs of a directory are taken, by their names alone.</summary>
public class GraphLayoutTests
{
    [Theory]
    [InlineData("text_model vision_model text_model_fp16 vision_model_fp16 text_model_quantized vision_model_quantized", null, false, "fp32 text_model vision_model")]
    [InlineData("text_model vision_model text_model_fp16 vision_model_fp16", null, true, "fp16 text_model_fp16 vision_model_fp16")]
    [InlineData("text_model vision_model text_model_fp16 vision_model_fp16", "fp16", false, "fp16 text_model_fp16 vision_model_fp16")]
    [InlineData("text_model vision_model model", "fp32", true, "fp32 text_model vision_model")]
    [InlineData("text_model_int8 vision_model_int8 text_model_fp16 vision_model_fp16", null, false, "int8 text_model_int8 vision_model_int8")]
    [InlineData("text_model_quantized vision_model_quantized model", null, false, "fp32 model model")]
    [InlineData("text_model_q4 vision_model_q4 model_q4f16", null, false, "q4 text_model_q4 vision_model_q4")]
    [InlineData("model_bnb4", "bnb4", false, "bnb4 model_bnb4 model_bnb4")]
    [InlineData("text_model vision_model_fp16 text_model_fp16", null, false, "fp16 text_model_fp16 vision_model_fp16")]
    [InlineData("vit-b-16.txt.fp32 vit-b-16.img.fp32", null, false, "fp32 vit-b-16.txt.fp32 vit-b-16.img.fp32")]
    [InlineData("vit-b-16.txt.fp16 vit-b-16.img.fp16", null, false, "fp16 vit-b-16.txt.fp16 vit-b-16.img.fp16")]
    public void The_best_that_is_whole_is_taken(string graphs, string? precision, bool prefersHalf, string expected)
    {
        using var temporary = new TemporaryDirectory();
        var choice = Layouts(temporary, graphs).Choose(precision, prefersHalf);
        Assert.Equal(expected, $"{choice.Precision} {Path.GetFileNameWithoutExtension(choice.Text)} {Path.GetFileNameWithoutExtension(choice.Vision)}");
    }

    [Theory]
    [InlineData("text_model vision_model_fp16", null, "has no onnx/vision_model.onnx beside onnx/text_model.onnx, only of the precision fp16; the two must be of one precision")]
    [InlineData("text_model vision_model vision_model_fp16", "fp16", "has no onnx/text_model_fp16.onnx beside onnx/vision_model_fp16.onnx, only of the precision fp32; the two must")]
    [InlineData("text_model", null, "has no onnx/vision_model.onnx beside onnx/text_model.onnx; fetch")]
    [InlineData("text_model vision_model model_int8", "fp16", "has no onnx/text_model_fp16.onnx with onnx/vision_model_fp16.onnx and no onnx/model_fp16.onnx; it has the precisions fp32, int8")]
    [InlineData("", null, "nor of any other precision; fetch")]
    public void What_is_missing_is_named(string graphs, string? precision, string named)
    {
        using var temporary = new TemporaryDirectory();
        var fault = Assert.Throws<ClusterSearchException>(() => Layouts(temporary, graphs).Choose(precision, prefersHalf: false));
        Assert.Equal(ErrorCodes.ModelIncomplete, fault.Code);
        Assert.Contains(named, fault.Message);
    }

    [Fact]
    public void Exports_of_two_models_in_one_directory_are_refused()
    {
        using var temporary = new TemporaryDirectory();
        var fault = Assert.Throws<ClusterSearchException>(() => Layouts(temporary, "a.txt.fp32 a.img.fp32 b.txt.fp32 b.img.fp32").Choose(null, prefersHalf: false));
        Assert.Contains("several graphs *.txt.fp32.onnx", fault.Message);
    }

    private static GraphLayouts Layouts(TemporaryDirectory temporary, string graphs)
    {
        Directory.CreateDirectory(temporary.File("onnx"));
        foreach (var graph in graphs.Split(' ', StringSplitOptions.RemoveEmptyEntries)) File.WriteAllText(temporary.File($"onnx/{graph}.onnx"), "");
        return new GraphLayouts(ModelDirectory.Open(temporary.Path));
    }
}
