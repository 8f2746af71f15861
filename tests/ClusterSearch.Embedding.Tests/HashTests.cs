using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>Archives know a model by its hash, so the same files must have the same one in every later version.</summary>
public class HashTests
{
    [Fact]
    public void The_starters_hash_stays() => Assert.Equal("a43de7b38ab87ac95497c017e7e1cd477ab7a528bb23f865d994982daf3001cd", Hash(TestAssets.StarterModel));

    [Theory]
    [InlineData("clip-tiny", "ade394acb2f6e28ba37917b256ffa005121bd64a5b08533d296e6ce9d3d96b6e")]
    [InlineData("openclip-tiny", "6d25aecc25807ea4387933cae9dbdbb032aac24044d2dad4c1fe0082d94e549d")]
    [InlineData("control", "cc851835335e1937227b7260e978c5c018e047d8d58233808cf42203fe963cac")]
    public void A_CLIPs_hash_stays(string fixture, string expected) => Assert.Equal(expected, Hash(ModelCopy.Fixture(fixture)));

    [Fact]
    public void Another_padding_or_case_is_another_model_though_no_hashed_file_says_so()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip2-tiny"), [.. ModelCopy.Settings, "onnx/text_model.onnx", "onnx/vision_model.onnx"]);
        var before = Hash(copy.Directory);
        copy.Edit("config.json", config => config["text_config"]!["max_position_embeddings"] = 32);
        Assert.NotEqual(before, Hash(copy.Directory));
    }

    [Fact]
    public void Weights_beside_a_combined_graph_count()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("openclip-tiny"), [.. ModelCopy.Settings, "onnx/model.onnx", "onnx/model.onnx_data"]);
        var before = Hash(copy.Directory);
        using (var weights = File.OpenWrite(copy.PathOf("onnx/model.onnx_data"))) weights.Write(new byte[8]);
        Assert.NotEqual(before, Hash(copy.Directory));
    }

    private static string Hash(string directory)
    {
        using var model = new ModelLoader().Load(directory, new ModelOptions());
        return model.Facts.Hash;
    }
}
