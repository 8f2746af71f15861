using ClusterSearch.Archive.Backup;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Backup;

/// <summary>Backups that are made while others work, and archives that come out of them.</summary>
public sealed class BackupTests(WholeArchive samples) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static IngestRequest Request { get; } = new() { Paths = [TestAssets.Samples], ChunkDuration = TimeSpan.FromSeconds(5), Workers = 2 };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_made_during_an_ingest_is_restored_whole_and_the_ingest_goes_on_from_it(bool copy)
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        BackupReport report;
        await using (var other = await TestArchive.OpenAsync(_directory.File("archive")))
        {
            var ingest = archive.IngestAsync(Request);
            // Backups one over the other until some chunks are in the last one.
            do report = await other.Ingestion.BackupAsync(new BackupRequest(_directory.File("backup")) { Copy = copy }, CancellationToken.None);
            while (report.Files < 3 && !ingest.IsCompleted);
            await ingest;
        }
        Assert.True(report.Files >= 3);
        var whole = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        var answer = await archive.SearchAsync("a cat");

        await using var restored = await RestoreAsync("restored", copy);
        var before = await restored.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(before.Problems.Concat(before.Leftovers));
        Assert.True(before.Samples > 0);
        var goneOn = await restored.IngestAsync(Request);
        Assert.Empty(goneOn.Failures);
        Assert.True(goneOn.Samples <= whole.Samples - before.Samples, $"{goneOn.Samples} samples were embedded again, {before.Samples} were in the backup");
        var after = await restored.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(after.Problems.Concat(after.Leftovers));
        Assert.Equal(whole.Digest, after.Digest);
        var answerAfter = await restored.SearchAsync("a cat");
        Assert.Equal(answer.Moments.Select(moment => (moment.Path, moment.Start, moment.End, moment.Score)),
            answerAfter.Moments.Select(moment => (moment.Path, moment.Start, moment.End, moment.Score)));
    }

    [Fact]
    public async Task A_backup_over_an_earlier_one_writes_what_is_new_and_drops_what_is_gone()
    {
        string? digest;
        var lost = samples.Copy();
        await using (var archive = await TestArchive.OpenAsync(lost))
        {
            var first = await archive.Ingestion.BackupAsync(new BackupRequest(_directory.File("backup")) { Copy = true }, CancellationToken.None);
            Assert.Equal((3, first.Bytes), (first.Videos, first.BytesCopied));
            var again = await archive.Ingestion.BackupAsync(new BackupRequest(_directory.File("backup")) { Copy = true }, CancellationToken.None);
            Assert.Equal((first.Files, first.Bytes, 0), (again.Files, again.Bytes, again.BytesCopied));

            await archive.Ingestion.RemoveVideoAsync(await archive.Search.ResolveVideoAsync("space-day.mp4", CancellationToken.None), CancellationToken.None);
            var smaller = await archive.Ingestion.BackupAsync(new BackupRequest(_directory.File("backup")) { Copy = true }, CancellationToken.None);
            Assert.Equal(2, smaller.Videos);
            Assert.Equal(smaller.Files, Directory.EnumerateFiles(_directory.File("backup"), "*.vec", SearchOption.AllDirectories).Count());
            // The backup is what it says, also when the archive is lost.
            digest = (await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest;
        }
        Directory.Delete(lost, recursive: true);
        await using var restored = await RestoreAsync("archive", copy: false);
        Assert.Equal(digest, (await restored.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest);
        // What is changed there does not change the backup.
        await restored.Ingestion.RemoveVideoAsync(await restored.Search.ResolveVideoAsync("bunny.mp4", CancellationToken.None), CancellationToken.None);
        await using var twice = await RestoreAsync("twice", copy: true);
        Assert.Equal(digest, (await twice.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task A_backup_is_refused_where_it_would_be_in_the_way_and_leaves_an_earlier_one_whole_when_it_fails()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(Request with { Paths = [Path.Combine(TestAssets.Samples, "bunny.mp4")] });
        Directory.CreateDirectory(_directory.File("other"));
        await File.WriteAllTextAsync(_directory.File("other/notes.txt"), "mine");
        foreach (var wrong in new[] { "archive", "archive/backup", "other", "" })
            await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.Ingestion.BackupAsync(new BackupRequest(_directory.File(wrong)), CancellationToken.None));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => RestoreAsync("nothing", copy: false, backup: "other"));
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory.File("other/notes.txt")));

        await archive.Ingestion.BackupAsync(new BackupRequest(_directory.File("backup")) { Copy = true }, CancellationToken.None);
        await RefusedAsync(ErrorCodes.RequestInvalid, () => RestoreAsync("archive", copy: false));
        File.Delete(Directory.EnumerateFiles(archive.Options.VectorDirectory, "*.vec", SearchOption.AllDirectories).First());
        var fault = await RefusedAsync(ErrorCodes.ArchiveCorrupt, () => archive.Ingestion.BackupAsync(new BackupRequest(_directory.File("second")), CancellationToken.None));
        Assert.Contains("verify --repair", fault.Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.RequestInvalid, () => RestoreAsync("nothing", copy: false, backup: "second"));
        await using var restored = await RestoreAsync("restored", copy: false);
        Assert.Empty((await restored.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
        Assert.Equal(6, (await restored.SearchAsync("a rabbit")).Coverage.Samples);
    }

    private static async Task<ClusterSearchException> RefusedAsync(string code, Func<Task> call)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(call);
        Assert.Equal(code, fault.Code);
        return fault;
    }

    private async Task<TestArchive> RestoreAsync(string name, bool copy, string backup = "backup")
    {
        var options = new ArchiveOptions { Directory = _directory.File(name), DefaultModelDirectory = TestAssets.StarterModel };
        await ArchiveRestore.PlaceFilesAsync(_directory.File(backup), options, copy, CancellationToken.None);
        var archive = await TestArchive.OpenAsync(options.Directory);
        await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
        return archive;
    }
}
