using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>Broken directories: each refused by one line that names the file and the fault.</summary>
public class ModelFaultTests
{
    [Theory]
    [InlineData("no-tokenizer", ErrorCodes.ModelIncomplete, "tokenizer.json")]
    [InlineData("no-vision-graph", ErrorCodes.ModelIncomplete, "onnx/vision_model.onnx")]
    [InlineData("truncated-onnx", ErrorCodes.ModelBroken, "vision_model.onnx is not a whole ONNX graph")]
    [InlineData("unknown-tokenizer", ErrorCodes.ModelUnsupported, "'Lattice'")]
    [InlineData("dims-differ", ErrorCodes.ModelBroken, "vectors of 16 numbers and vision_model.onnx of 24")]
    public void Broken_fixture_is_refused_when_loaded(string name, string code, string named)
    {
        var directory = Fixture(name);
        var fault = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(directory, new ModelOptions()));
        Assert.Equal(code, fault.Code);
        Assert.Contains(named, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("constant-vision", "image.distinct", "different pictures give the same vector")]
    [InlineData("nan-vision", "image.finite", "not finite")]
    public void Broken_fixture_is_refused_by_its_canaries(string name, string canary, string reason)
    {
        using var model = new ModelLoader().Load(Fixture(name), new ModelOptions());
        Assert.All(model.Check(ModelTowers.Text, force: true, CancellationToken.None), result => Assert.True(result.Ok, result.Reason));
        var failed = Assert.Single(model.Check(ModelTowers.Image, force: true, CancellationToken.None), result => !result.Ok);
        Assert.Equal(canary, failed.Name);
        Assert.Contains(reason, failed.Reason);
    }

    [Fact]
    public void The_control_beside_them_loads_and_passes()
    {
        using var model = new ModelLoader().Load(Fixture("control"), new ModelOptions());
        Assert.Equal(("clip", 16, 32), (model.Facts.Family, model.Facts.Dimension, model.Facts.ImageWidth));
        Assert.All(model.Check(ModelTowers.Both, force: true, CancellationToken.None), result => Assert.True(result.Ok, $"{result.Name}: {result.Reason}"));
    }

    public static TheoryData<string, string, string> StarterFaults => new()
    {
        { "truncate onnx/vision_model_quantized.onnx", ErrorCodes.ModelBroken, "vision_model_quantized.onnx is not a whole ONNX graph: it ends" },
        { "truncate onnx/text_model_quantized.onnx", ErrorCodes.ModelBroken, "text_model_quantized.onnx is not a whole ONNX graph: it ends" },
        { "empty onnx/text_model_quantized.onnx", ErrorCodes.ModelBroken, "it is empty" },
        { "damage onnx/vision_model_quantized.onnx", ErrorCodes.ModelBroken, "is not the file that config.json states" },
        { "delete onnx/vision_model_quantized.onnx", ErrorCodes.ModelIncomplete, "has no onnx/vision_model_quantized.onnx" },
        { "delete onnx/text_model_quantized.onnx", ErrorCodes.ModelIncomplete, "has no onnx/text_model_quantized.onnx" },
        { "delete tokenizer.json", ErrorCodes.ModelIncomplete, "has no tokenizer.json" },
        { "delete config.json", ErrorCodes.ModelIncomplete, "has no config.json" },
        { "delete preprocessor_config.json", ErrorCodes.ModelIncomplete, "has no preprocessor_config.json" },
        { "truncate tokenizer.json", ErrorCodes.ModelBroken, "tokenizer.json: not valid JSON" },
        { "truncate config.json", ErrorCodes.ModelBroken, "config.json: not valid JSON" },
        { "truncate concepts.json", ErrorCodes.ModelBroken, "concepts.json" },
        { "edit config.json clustersearch-starter blip", ErrorCodes.ModelUnsupported, "family 'blip' is not supported" },
        { "edit preprocessor_config.json \"height\": 260|\"height\": 224", ErrorCodes.ModelBroken, "wants pictures of 260 x 260" },
        { "edit preprocessor_config.json \"resample\": 3|\"resample\": 5", ErrorCodes.ModelUnsupported, "\"resample\" is 5" },
        { "edit preprocessor_config.json \"shortest_edge\": 292|\"longest_edge\": 292", ErrorCodes.ModelUnsupported, "\"size\" is" },
        { "edit tokenizer.json \"type\":\"WordPiece\",\"unk|\"type\":\"Lattice\",\"unk", ErrorCodes.ModelUnsupported, "'Lattice'" },
    };

    [Theory]
    [MemberData(nameof(StarterFaults))]
    public void Starter_broken_in_the_same_ways_is_refused(string fault, string code, string named)
    {
        using var temporary = new TemporaryDirectory();
        CopyOfStarter(temporary.Path);
        Break(temporary.Path, fault);
        var thrown = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(temporary.Path, new ModelOptions()));
        Assert.Equal(code, thrown.Code);
        Assert.Contains(named, thrown.Message);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    [Fact]
    public void A_graph_of_another_model_has_another_dimension()
    {
        var other = Path.Combine(Fixture("control"), "onnx", "vision_model.onnx");
        using var temporary = new TemporaryDirectory();
        CopyOfStarter(temporary.Path);
        var vision = Path.Combine(temporary.Path, "onnx", "vision_model_quantized.onnx");
        File.Delete(vision);
        File.Copy(other, vision);
        var fault = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(temporary.Path, new ModelOptions()));
        Assert.Equal(ErrorCodes.ModelBroken, fault.Code);
        Assert.Contains("512 numbers", fault.Message);
        Assert.Contains("of 16", fault.Message);
    }

    [Fact]
    public void Wrong_golden_values_fail_the_canaries()
    {
        using var temporary = new TemporaryDirectory();
        CopyOfStarter(temporary.Path);
        var golden = File.ReadAllText(Path.Combine(temporary.Path, "golden.json"));
        File.Delete(Path.Combine(temporary.Path, "golden.json"));
        // "cat" under the vector of "dog".
        File.WriteAllText(Path.Combine(temporary.Path, "canaries.json"), golden.Replace("\"text\": \"dog\"", "\"text\": \"cat\""));
        using var model = new ModelLoader().Load(temporary.Path, new ModelOptions());
        var failed = model.Check(ModelTowers.Text, force: true, CancellationToken.None).Where(result => !result.Ok).ToList();
        Assert.Equal(["text.golden_tokens", "text.golden"], failed.Select(result => result.Name));
        Assert.Contains("'cat'", failed[1].Reason);
    }

    [Theory]
    [InlineData("cuda", "CUDA")]
    [InlineData("rocm", "found 'rocm'")]
    public void A_provider_that_is_not_there_is_named(string provider, string named)
    {
        Assert.SkipWhen(provider == "cuda" && Directory.Exists("/proc/driver/nvidia"), "this machine has CUDA");
        var fault = Assert.Throws<ClusterSearchException>(() =>
        {
            using var model = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions { Provider = provider });
            model.Texts.Encode("a dog");
        });
        Assert.Equal(ErrorCodes.ModelProvider, fault.Code);
        Assert.Contains(named, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("fp16", ErrorCodes.ModelIncomplete, "onnx/text_model_fp16.onnx")]
    [InlineData("fp8", ErrorCodes.ModelUnsupported, "precision 'fp8' is unknown")]
    public void A_precision_that_is_not_there_is_named(string precision, string code, string named)
    {
        var fault = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions { Precision = precision }));
        Assert.Equal(code, fault.Code);
        Assert.Contains(named, fault.Message);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var fault = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load("/nowhere/at/all", new ModelOptions()));
        Assert.Equal(ErrorCodes.ModelNotFound, fault.Code);
        Assert.Contains("/nowhere/at/all", fault.Message);
    }

    private static string Fixture(string name)
    {
        var directory = TestAssets.ModelFixture(name.Contains("tiny") ? name : Path.Combine("bad", name));
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        return directory;
    }

    internal static void CopyOfStarter(string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "onnx"));
        foreach (var file in Directory.EnumerateFiles(TestAssets.StarterModel, "*.*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(TestAssets.StarterModel, file)));
    }

    private static void Break(string directory, string fault)
    {
        var parts = fault.Split(' ', 3);
        var path = Path.Combine(directory, parts[1]);
        switch (parts[0])
        {
            case "delete":
                File.Delete(path);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "truncate":
                var bytes = File.ReadAllBytes(path);
                File.WriteAllBytes(path, bytes[..(bytes.Length * 6 / 10)]);
                break;
            case "damage":
                using (var stream = File.OpenWrite(path))
                {
                    // Within the weights: the graph stays whole.
                    stream.Position = stream.Length / 2;
                    stream.Write(new byte[64]);
                }

                break;
            default:
                var change = parts[2].Contains('|') ? parts[2].Split('|') : parts[2].Split(' ');
                var text = File.ReadAllText(path);
                Assert.Contains(change[0], text);
                File.WriteAllText(path, text.Replace(change[0], change[1]));
                break;
        }
    }
}
