using System.Diagnostics;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>The real program watching a folder while a real ffmpeg records into it.</summary>
public sealed class WatchedProgramTests
{
    [Fact]
    public async Task Killed_while_it_follows_a_recording_a_watch_goes_on_and_ends_at_the_digest_of_an_undisturbed_ingest()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var (folder, archive) = (Directory.CreateDirectory(directory.File("footage")).FullName, directory.File("archive"));
        var live = Path.Combine(folder, "live.ts");
        string[] watch =
        [
            "watch", folder, "--archive", archive, "--settle", "0.6s", "--settle-growing", "2.5s", "--growing-chunk-duration", "2s", "--rescan", "0.5s", "--json",
        ];
        using var recorder = Process.Start("ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-readrate", "2.5", "-i", Path.Combine(TestAssets.Samples, "garden-walk.mp4"),
            "-an", "-c:v", "copy", "-flush_packets", "1", "-f", "mpegts", live,
        ]);
        for (var kill = 0; kill < 3; kill++)
        {
            using var killed = WholeProgram.Start(watch);
            var drained = Task.WhenAll(killed.StandardOutput.ReadToEndAsync(), killed.StandardError.ReadToEndAsync());
            // The first once something is searchable, the others at any moment, the last perhaps while the recording is closed.
            if (kill == 0) await UntilAsync(async () => (await StatusAsync(archive))?.GetProperty("samples").GetInt64() > 0, $"seed {seed}: nothing became searchable");
            else await Task.Delay(random.Next(1500, 6000));
            killed.Kill();
            await drained;
        }
        await recorder.WaitForExitAsync();
        using (var last = WholeProgram.Start(watch))
        {
            var finishing = WholeProgram.FinishAsync(last);
            await UntilAsync(async () => await StatusAsync(archive) is { } status && status.GetProperty("samples").GetInt64() == 31
                && status.GetProperty("videos").GetProperty("searchable").GetInt32() == 1 && await NoteAsync(archive) is null, $"seed {seed}: the recording was not closed");
            await WholeProgram.SignalAsync(last, "TERM");
            var stopped = await finishing;
            Assert.True(stopped.ExitCode == 0, $"seed {seed}: {stopped.Error}");
        }
        var atOnce = directory.File("at-once");
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", live, "--archive", atOnce, "--chunk-duration", "2s")).ExitCode);
        var expected = await InThisProcess.DigestAsync("--archive", atOnce);
        var verified = (await WholeProgram.RunAsync("verify", "--digest", "--archive", archive, "--json")).Json;
        Assert.True(verified.GetProperty("ok").GetBoolean(), $"seed {seed}: {verified}");
        Assert.True(expected == verified.GetProperty("digest").GetString(), $"seed {seed}: the digest differs");
        Assert.Equal(1, (await StatusAsync(archive))!.Value.GetProperty("videos").GetProperty("total").GetInt32());
    }

    private static async Task<JsonElement?> StatusAsync(string archive)
    {
        var run = await InThisProcess.RunAsync("status", "--archive", archive, "--json");
        return run.ExitCode == 0 ? run.Json : null;
    }

    private static async Task<string?> NoteAsync(string archive)
    {
        var videos = (await InThisProcess.RunAsync("videos", "list", "--archive", archive, "--json")).Json.GetProperty("videos");
        return videos[0].GetProperty("note").GetString();
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        for (var rounds = 0; !await holds(); rounds++)
        {
            Assert.True(rounds < 150, otherwise);
            await Task.Delay(200);
        }
    }
}
