using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>CLIP's split layout against the reference's vectors.</summary>
public class ClipFixtureTests
{
    [Theory]
    [InlineData("clip-tiny")]
    [InlineData("openclip-tiny")]
    public void Vectors_equal_the_references(string name)
    {
        var directory = TestAssets.ModelFixture(name);
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        using var model = new ModelLoader().Load(directory, new ModelOptions());
        Assert.Equal(("clip", "fp32", 40), (model.Facts.Family, model.Facts.Precision, model.Facts.Dimension));
        Assert.Null(model.Facts.LogitScale);
        Assert.Equal(0, model.Images.LabelsPerImage);
        var golden = GoldenFile.Read(directory);
        foreach (var sample in golden.GetProperty("texts").EnumerateArray())
        {
            var expected = GoldenFile.Vector(sample, "unit");
            var found = model.Texts.Encode(sample.GetProperty("text").GetString()!);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-5);
        }

        foreach (var sample in golden.GetProperty("images").EnumerateArray())
        {
            var prepared = new float[model.Images.PreparedLength];
            model.Images.Prepare(GoldenFile.Draw(sample), prepared);
            var found = new float[40];
            model.Images.Encode(prepared, 1, found, []);
            var expected = GoldenFile.Vector(sample, "unit");
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-5);
        }

        Assert.All(model.Check(ModelTowers.Both, force: true, CancellationToken.None), result => Assert.True(result.Ok, $"{result.Name}: {result.Reason}"));
    }
}
