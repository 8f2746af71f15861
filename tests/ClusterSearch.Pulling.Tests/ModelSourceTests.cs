using ClusterSearch.Core;
using ClusterSearch.Pulling.Checkpoints;
using ClusterSearch.Pulling.Hosts;

namespace ClusterSearch.Pulling.Tests;

public sealed class ModelSourceTests
{
    private const string Default = "https://hub.example";

    [Theory]
    [InlineData("some/model", null, null, "https://hub.example", "some/model", "main")]
    [InlineData("some/model", "v1", "http://mirror:8080/hf/", "http://mirror:8080/hf", "some/model", "v1")]
    [InlineData("https://huggingface.co/some/model", null, null, "https://huggingface.co", "some/model", "main")]
    [InlineData("https://huggingface.co/some/model/tree/v2", null, null, "https://huggingface.co", "some/model", "v2")]
    [InlineData("https://huggingface.co/some/model/tree/v2", "v3", "https://other.example", "https://other.example", "some/model", "v3")]
    [InlineData("https://huggingface.co/some/model/resolve/refs%2Fpr%2F1/onnx/model.onnx?download=true", null, null, "https://huggingface.co", "some/model", "refs/pr/1")]
    [InlineData("http://mirror:8080/hf/some/model/", null, null, "http://mirror:8080/hf", "some/model", "main")]
    public void A_model_is_named_in_several_ways(string model, string? revision, string? host, string expectedHost, string repository, string expectedRevision)
    {
        var source = ModelSource.Parse(model, revision, host, Default);
        Assert.Equal((expectedHost, repository, expectedRevision), (source.Host.AbsoluteUri.TrimEnd('/'), source.Repository, source.Revision));
        Assert.Equal("model", source.Name);
    }

    [Fact]
    public void A_pinned_name_brings_its_repository_and_its_commit()
    {
        var source = ModelSource.Parse("clip-vit-base-patch32", null, null, Default);
        Assert.Equal(("Xenova/clip-vit-base-patch32", "d15189d7028b43f1d3e65039190477f6af591c2a"), (source.Repository, source.Revision));
        Assert.Equal("https://hub.example/Xenova/clip-vit-base-patch32/resolve/refs%2Fpr%2F1/onnx/model.onnx", source.FileAddress("refs/pr/1", "onnx/model.onnx").AbsoluteUri);
        Assert.NotEmpty(source.PinnedFiles);
        Assert.Empty(ModelSource.Parse("Xenova/clip-vit-base-patch32", "main", null, Default).PinnedFiles);
        Assert.Equal("siglip2-base-patch16-224", ModelSource.Parse("onnx-community/siglip2-base-patch16-224-ONNX", null, null, Default).Name);
    }

    [Theory]
    [InlineData("some/model", null, "ftp://x")]
    [InlineData("some/model", null, "not an address")]
    [InlineData("some/model", null, "https://user:word@x")]
    [InlineData("https://user:word@huggingface.co/some/model", null, null)]
    [InlineData("https://huggingface.co/model", null, null)]
    [InlineData("some/model", "../main", null)]
    [InlineData("some/model", "ma in", null)]
    [InlineData("some/mo/del", null, null)]
    [InlineData("some/.model", null, null)]
    [InlineData("", null, null)]
    public void What_cannot_be_meant_is_refused(string model, string? revision, string? host) =>
        Assert.Equal(ErrorCodes.RequestInvalid, Assert.Throws<ClusterSearchException>(() => ModelSource.Parse(model, revision, host, Default)).Code);

    [Fact]
    public void The_pinned_list_states_only_what_can_be_true()
    {
        Assert.Equal(CheckpointList.All.Count, CheckpointList.All.Select(checkpoint => checkpoint.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        foreach (var checkpoint in CheckpointList.All)
        {
            Assert.Equal(checkpoint, CheckpointList.Find(checkpoint.Repository));
            Assert.Contains(checkpoint.Family, (string[])["clip", "siglip", "chinese_clip"]);
            Assert.InRange(checkpoint.Dimension, 512, 2048);
            Assert.True(checkpoint.Files.Count == 0 || (checkpoint.Revision is { Length: 40 } revision && revision.All(char.IsAsciiHexDigitLower)), $"{checkpoint.Name}: facts of files without a commit");
            Assert.True(checkpoint.Files.Count == 0 || checkpoint.Sources.Count > 0, $"{checkpoint.Name}: facts without a source");
            foreach (var file in checkpoint.Files)
            {
                Assert.True(HostListing.IsPlainName(file.Path), file.Path);
                Assert.True(file.Sha256 is null || (file.Sha256.Length == 64 && file.Sha256.All(char.IsAsciiHexDigitLower)), file.Path);
                Assert.True(file.Bytes is null or > 0, file.Path);
            }
        }
    }
}
