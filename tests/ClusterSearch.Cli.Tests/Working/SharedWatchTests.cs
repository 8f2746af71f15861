using System.Diagnostics;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>Watching, verifying and backing up an archive that worker processes share.</summary>
public sealed class SharedWatchTests(WorkStage stage) : IClassFixture<WorkStage>
{
    [Fact]
    public async Task A_watch_registers_and_follows_while_workers_work_and_the_digest_is_that_of_one_process()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        using var directory = new TemporaryDirectory();
        var folder = Directory.CreateDirectory(directory.File("footage")).FullName;
        File.Copy(Path.Combine(TestAssets.Samples, "bunny.mp4"), Path.Combine(folder, "bunny.mp4"));
        scene.StartWorker();
        using var watch = scene.Start("watch", folder, "--settle", "0.6s", "--settle-growing", "3s", "--growing-chunk-duration", "3s", "--rescan", "0.5s", "--json");
        var watching = WholeProgram.FinishAsync(watch);
        using (var recorder = Process.Start("ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-readrate", "3", "-i", Path.Combine(TestAssets.Samples, "garden-walk.mp4"),
            "-an", "-c:v", "copy", "-flush_packets", "1", "-f", "mpegts", Path.Combine(folder, "live.ts"),
        ]))
        {
            await scene.UntilAsync("a recording is searchable while it grows", status => status.Samples > 6);
            Assert.Contains(await scene.Catalog.ListVideosAsync(CancellationToken.None), video => video.IsGrowing);
            await recorder.WaitForExitAsync();
        }
        await scene.UntilAsync("everything is searchable", status => status.Samples == 37);
        while ((await scene.Catalog.ListVideosAsync(CancellationToken.None)).Any(video => video.IsGrowing)) await Task.Delay(50);
        await scene.UntilAsync("the recording is searchable under its own id", status => status.Samples == 37 && status.Chunks.GetValueOrDefault(ChunkState.Embedded) == 0);
        await WholeProgram.SignalAsync(watch, "INT");
        var stopped = await watching;
        Assert.True(stopped.ExitCode == 0, stopped.Error);
        Assert.Equal(1, stopped.Json.GetProperty("closed").GetInt32());

        var atOnce = directory.File("at-once");
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", folder, "--archive", atOnce)).ExitCode);
        var expected = await InThisProcess.DigestAsync("--archive", atOnce);
        Assert.Equal(expected, await scene.DigestAsync());

        // A repair beside the worker that writes the index: it steps back for it.
        File.Delete(Directory.EnumerateFiles(Path.Combine(scene.Archive, "vectors"), "*.vec", SearchOption.AllDirectories).First());
        var repair = await scene.RunAsync("verify", "--repair", "--json");
        Assert.True(repair.ExitCode == 0, repair.Output + repair.Error);
        Assert.Equal(1, repair.Json.GetProperty("requeued").GetInt32());
        await scene.UntilDoneAsync();
        Assert.Equal(expected, await scene.DigestAsync());

        var backup = await scene.RunAsync("backup", directory.File("backup"));
        Assert.Equal(ExitCodes.Usage, backup.ExitCode);
        Assert.Contains("pg_dump", backup.Error, StringComparison.Ordinal);
    }
}
