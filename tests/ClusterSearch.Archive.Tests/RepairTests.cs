using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>What verify finds, and what reindex and a further ingest mend.</summary>
public sealed class RepairTests(WholeArchive samples)
{
    [Fact]
    public async Task Broken_and_lost_vector_files_are_named_and_made_again()
    {
        await using var archive = await TestArchive.OpenAsync(samples.Copy());
        var whole = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.True(whole.Ok);
        var files = Directory.EnumerateFiles(archive.Options.VectorDirectory, "*.vec", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var (flipped, lost, cut) = (files[0], files[2], files[4]);
        var bytes = await File.ReadAllBytesAsync(flipped);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(flipped, bytes);
        File.Delete(lost);
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(cut))[..1000]);

        var broken = await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None);
        Assert.False(broken.Ok);
        foreach (var file in new[] { flipped, lost, cut })
            Assert.Contains(broken.Problems, problem => problem.Message.Contains(file, StringComparison.Ordinal));

        await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
        Assert.Equal(3, (await archive.Ingestion.StatusAsync(CancellationToken.None)).Ledger.Chunks[Core.Catalog.ChunkState.Pending]);
        Assert.Empty((await archive.IngestAsync(WholeArchive.Request)).Failures);
        var mended = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(mended.Problems);
        Assert.Equal(whole.Digest, mended.Digest);
    }

    [Fact]
    public async Task A_broken_index_is_named_and_reindex_makes_it_again_without_decoding()
    {
        var path = samples.Copy();
        var segment = WholeArchive.CurrentIndexFiles(path, segments: true)[0];
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        await using (var archive = await TestArchive.OpenAsync(path))
        {
            var fault = await Assert.ThrowsAsync<Core.ClusterSearchException>(() => archive.SearchAsync("a cat"));
            Assert.Equal(Core.ErrorCodes.ArchiveCorrupt, fault.Code);
            Assert.Contains("reindex", fault.Message, StringComparison.Ordinal);
            Assert.Contains((await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems,
                problem => problem.Message.Contains(segment, StringComparison.Ordinal));
            await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
            var mended = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(mended.Problems);
            Assert.Equal(samples.Digest, mended.Digest);
            Assert.NotEmpty((await archive.SearchAsync("a cat")).Moments);
        }
    }

    [Fact]
    public async Task A_full_disk_stops_the_run_with_one_line_and_a_rerun_with_space_ends_at_the_same_digest()
    {
        using var directory = new TemporaryDirectory();
        using var disk = SmallDisk.TryMount(directory.File("archive"), kilobytes: 8192);
        Assert.SkipWhen(disk is null, "needs the right to mount a small file system");
        var request = new IngestRequest { Paths = [Path.Combine(TestAssets.Samples, "garden-walk.mp4")], ChunkDuration = TimeSpan.FromSeconds(2), Workers = 2 };
        string? undisturbed;
        await using (var archive = await TestArchive.OpenAsync(directory.File("undisturbed")))
        {
            await archive.IngestAsync(request);
            undisturbed = (await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest;
        }
        // Room to begin, none to end; each time a little more, so that the fault strikes at different writes.
        await using (var archive = await TestArchive.OpenAsync(disk!.Path))
        {
            var faults = 0;
            for (var leftKilobytes = 64; leftKilobytes <= 320; leftKilobytes += 64)
            {
                var ballast = disk.Fill(leftKilobytes);
                try
                {
                    await archive.IngestAsync(request);
                }
                catch (Core.ClusterSearchException fault)
                {
                    faults++;
                    Assert.True(fault.Code == Core.ErrorCodes.ArchiveDiskFull, $"{leftKilobytes} kB left: {fault.Code}: {fault.Message}");
                }
                File.Delete(ballast);
            }
            Assert.True(faults > 0, "the disk was never full");
            Assert.Empty((await archive.IngestAsync(request)).Failures);
            var verified = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(verified.Problems);
            Assert.Equal(undisturbed, verified.Digest);
        }
    }
}
