using ClusterSearch.Core;
using ClusterSearch.Index.Segments;
using ClusterSearch.Index.Tests.Processes;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Faults;

public class FullDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_named_the_index_stays_as_it_was_and_goes_on_when_there_is_space()
    {
        using var disk = SmallDisk.TryMount(kilobytes: 96);
        Assert.SkipWhen(disk is null, "mounting a small file system takes root on Linux");
        var history = new History(1);
        await using var store = await EmbeddedVectorStore.OpenAsync(disk.Path, new EmbeddedIndexOptions(), Cancellation);
        ClusterSearchException? fault = null;
        var written = 0;
        for (; written < 1000 && fault is null; written++)
            fault = await Record.ExceptionAsync(() => history.WriteAsync(store, written, Cancellation)) as ClusterSearchException;
        written--;
        Assert.Equal(ErrorCodes.ArchiveDiskFull, fault?.Code);
        Assert.DoesNotContain('\n', fault!.Message);
        Assert.Null(await History.DifferenceAsync(history.After(written), store, Cancellation));
        Assert.Empty(await store.VerifyAsync(Cancellation));
        Assert.DoesNotContain(Files(disk.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        await using (var other = await EmbeddedVectorStore.OpenAsync(disk.Path, new EmbeddedIndexOptions(), Cancellation))
            Assert.Null(await History.DifferenceAsync(history.After(written), other, Cancellation));

        disk.Resize(kilobytes: 2048);
        for (var end = written + 20; written < end; written++) await history.WriteAsync(store, written, Cancellation);
        Assert.Null(await History.DifferenceAsync(history.After(written), store, Cancellation));
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_written_leaves_the_one_before()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a file that is always full");
        using var directory = new TemporaryDirectory();
        var history = new History(2);
        await using var store = await EmbeddedVectorStore.OpenAsync(directory.Path, new EmbeddedIndexOptions(), Cancellation);
        await history.WriteAsync(store, 0, Cancellation);
        var temporary = Path.Combine(directory.Path, History.Encoding, Manifest.FileName + ".tmp");
        File.CreateSymbolicLink(temporary, "/dev/full");
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => history.WriteAsync(store, 1, Cancellation));
        Assert.Equal(ErrorCodes.ArchiveDiskFull, fault.Code);
        Assert.Null(await History.DifferenceAsync(history.After(1), store, Cancellation));

        File.Delete(temporary);
        await history.WriteAsync(store, 1, Cancellation);
        Assert.Null(await History.DifferenceAsync(history.After(2), store, Cancellation));
    }

    private static string[] Files(string directory) => Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
}
