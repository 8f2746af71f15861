using System.Diagnostics;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Watching;

/// <summary>Folders in which files appear, change, move and go.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly string Bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");
    private static readonly string Space = Path.Combine(TestAssets.Samples, "space-day.mp4");

    private readonly TemporaryDirectory _directory = new();
    private readonly string _folder;

    public WatchTests() => _folder = Directory.CreateDirectory(_directory.File("footage")).FullName;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_file_is_taken_in_once_it_is_wholly_written_and_never_twice()
    {
        await using var archive = await OpenAsync();
        var slow = In("slow.mp4");
        await using (var watcher = new Watcher(archive, Watcher.Request(_folder)))
        {
            var bytes = await File.ReadAllBytesAsync(Bunny);
            for (var part = 0; part < 8; part++)
            {
                await using (var file = new FileStream(slow, FileMode.Append)) await file.WriteAsync(bytes.AsMemory(bytes.Length * part / 8, bytes.Length * (part + 1) / 8 - bytes.Length * part / 8));
                await Task.Delay(200);
            }
            await watcher.UntilAsync(WatchEventKind.Finished, slow);
            Assert.Equal(0, watcher.Count(WatchEventKind.Failed, slow));
            // Moved below the folder: the same video, whose old place is forgotten.
            Directory.CreateDirectory(In("below"));
            File.Move(slow, In("below/moved.mp4"));
            await watcher.UntilAsync(WatchEventKind.Forgotten, slow);
            await watcher.UntilAsync(WatchEventKind.Registered, In("below/moved.mp4"));
            Assert.Equal(1, watcher.Events.Count(happened => happened.Kind == WatchEventKind.Finished));
            await watcher.StopAsync();
        }
        var video = Assert.Single(await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None));
        Assert.Equal("below/moved.mp4", Assert.Single(video.Places).RelativePath);

        // A watch that is started again knows the file, and misses one that went while nobody watched.
        await using (var again = new Watcher(archive, Watcher.Request(_folder) with { Once = true }))
            Assert.Equal((0, 0), ((await again.StopAtEndAsync()).Registered, again.Events.Count));
        File.Delete(In("below/moved.mp4"));
        await using (var again = new Watcher(archive, Watcher.Request(_folder)))
        {
            await again.UntilAsync(WatchEventKind.Forgotten, In("below/moved.mp4"));
            await again.StopAsync();
        }
        Assert.Empty(Assert.Single(await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None)).Places);
        Assert.NotEmpty((await archive.SearchAsync("a rabbit")).Moments);
    }

    [Fact]
    public async Task A_file_that_a_process_holds_open_for_writing_is_not_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        await using var archive = await OpenAsync();
        var held = In("held.mp4");
        File.Copy(Bunny, held);
        using var writer = Process.Start("sh", ["-c", $"exec 3>>'{held}'; exec sleep 600"]);
        await using var watcher = new Watcher(archive, Watcher.Request(_folder));
        File.Copy(Space, In("other.mp4"));
        await watcher.UntilAsync(WatchEventKind.Finished, In("other.mp4"));
        Assert.Equal(0, watcher.Count(WatchEventKind.Registered, held));
        writer.Kill();
        await watcher.UntilAsync(WatchEventKind.Finished, held);
    }

    [Fact]
    public async Task A_file_that_fails_is_named_once_and_taken_in_when_it_is_replaced()
    {
        await using var archive = await OpenAsync();
        await File.WriteAllTextAsync(In("bad.mp4"), "no video\n");
        await using var watcher = new Watcher(archive, Watcher.Request(_folder));
        await watcher.UntilAsync(WatchEventKind.Failed, In("bad.mp4"));
        await Task.Delay(1500);
        Assert.Equal(1, watcher.Count(WatchEventKind.Failed, In("bad.mp4")));
        File.Copy(Bunny, In("bad.mp4"), overwrite: true);
        await watcher.UntilAsync(WatchEventKind.Finished, In("bad.mp4"));
        Assert.Empty((await archive.Ingestion.StatusAsync(CancellationToken.None)).Failures);
        // And a whole one by another: what the first one showed is forgotten.
        File.Copy(Space, In("bad.mp4"), overwrite: true);
        await watcher.UntilAsync(WatchEventKind.Finished, In("bad.mp4"), times: 2);
        await watcher.StopAsync();
        Assert.Equal(27, (await watcher.LedgerAsync()).Samples);
        Assert.Empty((await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
    }

    [Fact]
    public async Task A_folder_that_goes_away_is_said_once_and_nothing_of_it_forgotten()
    {
        var disk = SmallDisk.TryMount(In("disk"), kilobytes: 8192);
        Assert.SkipWhen(disk is null, "needs the right to mount a small file system");
        File.Copy(Bunny, In("disk/on-the-disk.mp4"));
        File.Copy(Space, In("beside.mp4"));
        await using var archive = await OpenAsync();
        await using var watcher = new Watcher(archive, Watcher.Request(_folder) with { Prune = true });
        await watcher.UntilAsync(WatchEventKind.Finished, In("disk/on-the-disk.mp4"));
        await watcher.UntilAsync(WatchEventKind.Finished, In("beside.mp4"));

        disk!.Dispose();
        await watcher.UntilAsync(WatchEventKind.Away, In("disk"));
        await Task.Delay(1500);
        Assert.Equal(1, watcher.Count(WatchEventKind.Away, In("disk")));
        Assert.Equal(2, (await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None)).Count(video => video.Places.Count == 1));
        using (SmallDisk.TryMount(In("disk"), kilobytes: 8192))
        {
            File.Copy(Bunny, In("disk/on-the-disk.mp4"));
            await watcher.UntilAsync(WatchEventKind.Back, In("disk"));
            await Task.Delay(1500);
            Assert.Equal(1, watcher.Count(WatchEventKind.Finished, In("disk/on-the-disk.mp4")));
        }
    }

    [Fact]
    public async Task The_watched_folder_itself_may_come_late_and_go_and_come_back()
    {
        Directory.Delete(_folder);
        await using var archive = await OpenAsync();
        await using var watcher = new Watcher(archive, Watcher.Request(_folder));
        await watcher.UntilAsync(WatchEventKind.Away, _folder);
        Directory.CreateDirectory(_folder);
        File.Copy(Bunny, In("bunny.mp4"));
        await watcher.UntilAsync(WatchEventKind.Finished, In("bunny.mp4"));
        Directory.Move(_folder, _directory.File("elsewhere"));
        await watcher.UntilAsync(WatchEventKind.Away, _folder, times: 2);
        await Task.Delay(1500);
        Directory.Move(_directory.File("elsewhere"), _folder);
        await watcher.UntilAsync(WatchEventKind.Back, _folder, times: 2);
        await Task.Delay(1000);
        Assert.Equal((1, 0), (watcher.Count(WatchEventKind.Registered, In("bunny.mp4")), watcher.Count(WatchEventKind.Forgotten, In("bunny.mp4"))));
    }

    [Fact]
    public async Task Pruned_or_not_a_deleted_file_is_no_place_any_more()
    {
        File.Copy(Bunny, In("deleted.mp4"));
        File.Copy(Space, In("kept.mp4"));
        await using var archive = await OpenAsync();
        await using var watcher = new Watcher(archive, Watcher.Request(_folder) with { Prune = true });
        await watcher.UntilAsync(WatchEventKind.Finished, In("deleted.mp4"));
        await watcher.UntilAsync(WatchEventKind.Finished, In("kept.mp4"));
        // Renamed, not gone: it is not pruned and not embedded again.
        File.Move(In("kept.mp4"), In("renamed.mp4"));
        File.Delete(In("deleted.mp4"));
        await watcher.UntilAsync(WatchEventKind.Forgotten, In("deleted.mp4"));
        await watcher.UntilAsync(WatchEventKind.Forgotten, In("kept.mp4"));
        await watcher.UntilAsync("one video", async () => (await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None)).Count == 1);
        await watcher.StopAsync();
        Assert.Equal("renamed.mp4", Assert.Single((await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None))[0].Places).RelativePath);
        Assert.Equal(0, watcher.Count(WatchEventKind.Finished, In("renamed.mp4")));
        var report = await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None);
        Assert.Empty(report.Problems.Concat(report.Leftovers));
    }

    private string In(string name) => Path.Combine(_folder, name);

    private Task<TestArchive> OpenAsync() => TestArchive.OpenAsync(_directory.File("archive"));
}
