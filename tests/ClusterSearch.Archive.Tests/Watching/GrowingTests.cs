using System.Diagnostics;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Watching;

/// <summary>Recordings that are followed while a real ffmpeg writes them.</summary>
public sealed class GrowingTests : IDisposable
{
    private static readonly string Garden = Path.Combine(TestAssets.Samples, "garden-walk.mp4");
    private static readonly string Space = Path.Combine(TestAssets.Samples, "space-day.mp4");

    private readonly TemporaryDirectory _directory = new();
    private readonly string _folder;

    public GrowingTests() => _folder = Directory.CreateDirectory(_directory.File("footage")).FullName;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_recording_is_searchable_while_it_grows_and_ends_at_the_digest_of_the_finished_file()
    {
        // Before any watch: a finished file that is copied slowly, whose header promises what is not there yet.
        var finished = _directory.File("finished.mkv");
        await FfmpegFootage.RunAsync("-i", Space, "-an", "-c:v", "copy", finished);
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await using var watcher = new Watcher(archive, Watcher.Request(_folder) with { GrowingChunkDuration = TimeSpan.FromSeconds(3), SettleGrowing = TimeSpan.FromSeconds(4) });
        Process[] recorders =
        [
            Record(Garden, "live.ts", "-f", "mpegts"),
            Record(Space, "live.mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-frag_duration", "500000"),
            Record(Garden, "live.mkv", "-cluster_time_limit", "500"),
        ];
        var copying = CopySlowlyAsync(finished, Path.Combine(_folder, "copy.mkv"), TimeSpan.FromSeconds(8));
        string[] names = ["live.ts", "live.mp4", "live.mkv", "copy.mkv"];
        await watcher.UntilAsync("samples of a recording that is still being written", async () => (await watcher.LedgerAsync()).Samples > 0);
        Assert.Contains(recorders, recorder => !recorder.HasExited);
        Assert.NotEmpty((await archive.SearchAsync("a cat")).Moments);

        foreach (var recorder in recorders) await EndAsync(recorder);
        await copying;
        foreach (var name in names) await watcher.UntilAsync(WatchEventKind.Finished, Path.Combine(_folder, name));
        foreach (var name in names) Assert.True(watcher.Count(WatchEventKind.Closed, Path.Combine(_folder, name)) == 1, $"{name} was not followed to its end: {string.Join("; ", watcher.Events)}");
        await watcher.StopAsync();
        Assert.All(await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None), video => Assert.False(video.IsGrowing));
        await AssertSameAsFinishedAsync(archive);
        // Nothing of it is taken in again.
        await using var again = new Watcher(archive, Watcher.Request(_folder) with { Once = true });
        Assert.Equal(0, (await again.StopAtEndAsync()).Registered);
    }

    [Fact]
    public async Task Every_sampling_can_be_followed()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        var request = Watcher.Request(_folder);
        request = request with { Ingest = request.Ingest with { Sampling = Core.Footage.Sampling.Keyframes } };
        await using var watcher = new Watcher(archive, request);
        await EndAsync(Record(Garden, "live.ts", "-f", "mpegts"));
        await watcher.UntilAsync(WatchEventKind.Finished, Path.Combine(_folder, "live.ts"));
        Assert.Equal(1, watcher.Count(WatchEventKind.Closed, Path.Combine(_folder, "live.ts")));
        await watcher.StopAsync();
        await AssertSameAsFinishedAsync(archive, request.Ingest.Sampling);
    }

    [Fact]
    public async Task A_recording_that_is_replaced_by_another_is_forgotten()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await using var watcher = new Watcher(archive, Watcher.Request(_folder));
        var live = Path.Combine(_folder, "live.ts");
        using (var first = Record(Garden, "live.ts", "-f", "mpegts"))
        {
            await watcher.UntilAsync("samples", async () => (await watcher.LedgerAsync()).Samples > 0);
            first.Kill();
            await first.WaitForExitAsync();
        }
        await FfmpegFootage.RunAsync("-i", Space, "-an", "-c:v", "copy", "-t", "4", _directory.File("short.ts"));
        File.Move(_directory.File("short.ts"), live, overwrite: true);
        await watcher.UntilAsync(WatchEventKind.Finished, live);
        await watcher.StopAsync();
        Assert.Single(await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None));
        // A chunk that was in work when its video was forgotten may leave a file that does not count.
        await archive.Ingestion.VerifyAsync(new VerifyRequest { Repair = true }, CancellationToken.None);
        await AssertSameAsFinishedAsync(archive);
    }

    [Fact]
    public async Task A_recording_whose_watch_ended_is_taken_in_whole_by_a_plain_ingest()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        using var recorder = Record(Garden, "live.ts", "-f", "mpegts");
        await using (var watcher = new Watcher(archive, Watcher.Request(_folder)))
        {
            await watcher.UntilAsync("samples", async () => (await watcher.LedgerAsync()).Samples > 0);
            await watcher.StopAsync();
        }
        await EndAsync(recorder);
        Assert.Empty((await archive.IngestAsync(_folder)).Failures);
        Assert.False(Assert.Single(await archive.Ports.Catalog.ListVideosAsync(CancellationToken.None)).IsGrowing);
        await AssertSameAsFinishedAsync(archive);
    }

    private async Task AssertSameAsFinishedAsync(TestArchive archive, Core.Footage.Sampling? sampling = null)
    {
        await using var atOnce = await TestArchive.OpenAsync(_directory.File("at-once"));
        Assert.Empty((await atOnce.IngestAsync(new IngestRequest { Paths = [_folder], Sampling = sampling })).Failures);
        var expected = await atOnce.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        var report = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(report.Problems.Concat(report.Leftovers));
        Assert.Equal((expected.Videos, expected.Samples), (report.Videos, report.Samples));
        Assert.Equal(expected.Digest, report.Digest);
    }

    /// <summary>A recorder several times as fast as a real one.</summary>
    private Process Record(string source, string name, params string[] format) => Process.Start("ffmpeg",
        ["-hide_banner", "-loglevel", "error", "-nostdin", "-readrate", "3", "-i", source, "-t", "24", "-an", "-c:v", "copy", "-flush_packets", "1", .. format, Path.Combine(_folder, name)]);

    private static async Task EndAsync(Process recorder)
    {
        await recorder.WaitForExitAsync();
        Assert.Equal(0, recorder.ExitCode);
        recorder.Dispose();
    }

    private static async Task CopySlowlyAsync(string source, string target, TimeSpan time)
    {
        var bytes = await File.ReadAllBytesAsync(source);
        const int Parts = 30;
        for (var part = 0; part < Parts; part++)
        {
            var first = (int)((long)bytes.Length * part / Parts);
            await using (var file = new FileStream(target, FileMode.Append)) await file.WriteAsync(bytes.AsMemory(first, (int)((long)bytes.Length * (part + 1) / Parts) - first));
            await Task.Delay(time / Parts);
        }
    }
}
