using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests.Writing;

/// <summary>Indexes of releases that kept the current manifest under one name and knew no register.</summary>
public sealed class OldArchiveTests : IndexFixture
{
    private const string OldManifest = "manifest.json";

    private static readonly IReadOnlyList<Unit> Some = Units(new Random(53), 0, 40, Dimension);

    [Fact]
    public async Task An_old_index_is_read_as_it_is_until_its_first_change()
    {
        await WriteOldAsync();
        var register = new InterruptedRegister(Manifests);
        await using var store = await OpenAsync(manifests: register);
        await using var reader = await OpenAsync();
        Assert.Equal(80, await CountAsync(store));
        Assert.Equal([Encoding], await store.ListEncodingsAsync(Cancellation));
        Assert.Empty(await store.VerifyAsync(Cancellation));
        Assert.Null(await Manifests.CurrentAsync(Encoding, Cancellation));
        Assert.Equal(80, await CountAsync(reader));

        // Up to the moment of the publication a reader finds what was there, from then on what is.
        register.BeforePublishing = async () =>
        {
            await using var fresh = await OpenAsync();
            Assert.Equal(80, await CountAsync(fresh));
        };
        await PutAsync(store, 3, 0, Some);
        Assert.Equal(120, await CountAsync(reader));
        register.BeforePublishing = null;
        await PutAsync(store, 4, 0, Some);
        Assert.Equal(160, await CountAsync(reader));
        Assert.DoesNotContain(OldManifest, FileNames);
        Assert.Equal([Encoding], await store.ListEncodingsAsync(Cancellation));
    }

    [Fact]
    public async Task A_deleted_old_index_does_not_come_back()
    {
        await WriteOldAsync();
        await using var reader = await OpenAsync();
        Assert.Equal(80, await CountAsync(reader));
        await using (var store = await OpenAsync()) await store.DeleteEncodingAsync(Encoding, Cancellation);
        Assert.Equal(0, await CountAsync(reader));
        Assert.Empty(await reader.ListEncodingsAsync(Cancellation));
        Assert.False(Directory.Exists(EncodingDirectory));
        Assert.Null(await Manifests.CurrentAsync(Encoding, Cancellation));
    }

    [Fact]
    public async Task A_writer_without_the_role_leaves_an_old_index_alone()
    {
        await WriteOldAsync();
        var lost = Manifests.TakeRole("aggregator", "a");
        Manifests.TakeRole("aggregator", "b");
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, WriterRole = () => lost });
        var files = FileNames;
        foreach (var act in new[] { () => PutAsync(store, 3, 0, Some), () => store.DeleteEncodingAsync(Encoding, Cancellation) })
            Assert.Equal(ErrorCodes.ArchiveBusy, (await Assert.ThrowsAsync<ClusterSearchException>(act)).Code);
        Assert.Equal(files, FileNames);
        Assert.Equal(80, await CountAsync(store));
    }

    [Fact]
    public async Task A_missing_segment_of_an_old_index_is_named()
    {
        await WriteOldAsync();
        File.Delete(Directory.GetFiles(EncodingDirectory, "*.seg")[0]);
        await using var store = await OpenAsync();
        Assert.Equal(ErrorCodes.ArchiveCorrupt, (await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation))).Code);
        Assert.Single(await store.VerifyAsync(Cancellation));
    }

    [Fact]
    public async Task A_manifest_that_no_register_names_is_ignored_and_one_that_is_missing_is_corrupt()
    {
        await using (var store = await OpenAsync()) await PutAsync(store, 1, 0, Some);
        await using var stranger = await OpenAsync(manifests: new InMemoryManifestRegister());
        Assert.Equal(0, await CountAsync(stranger));
        Assert.Empty(await stranger.ListEncodingsAsync(Cancellation));
        File.Delete(ManifestPath);
        await using var reader = await OpenAsync();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.SnapshotAsync(Encoding, Cancellation));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, fault.Code);
        Assert.Contains(ManifestPath, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Two videos, 80 samples, as a release without a register left them: the same files under the one old name.</summary>
    private async Task WriteOldAsync()
    {
        var register = new InMemoryManifestRegister();
        await using (var store = await OpenAsync(manifests: register))
        {
            await PutAsync(store, 1, 0, Some);
            await PutAsync(store, 2, 0, Some);
        }
        File.Move(Path.Combine(EncodingDirectory, (await register.CurrentAsync(Encoding, Cancellation))!), Path.Combine(EncodingDirectory, OldManifest));
        foreach (var path in Directory.GetFiles(EncodingDirectory, "*.manifest")) File.Delete(path);
    }
}
