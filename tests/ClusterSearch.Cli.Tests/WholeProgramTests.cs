using System.Text.Json;
using ClusterSearch.Cli.Tests.Telemetry;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>The real program on the real samples: what scripts and people rely on.</summary>
public sealed class WholeProgramTests
{
    private static readonly string Garden = Path.Combine(TestAssets.Samples, "garden-walk.mp4");

    [Fact]
    public async Task Footage_goes_in_and_moments_come_out()
    {
        using var directory = new TemporaryDirectory();
        var archive = directory.File("archive");
        var ingest = await WholeProgram.RunAsync("ingest", TestAssets.Samples, "--archive", archive, "--json");
        Assert.True(ingest.ExitCode == 0, ingest.Error);

        var search = await WholeProgram.RunAsync("search", "a cat", "--archive", archive, "--json", "--top", "5",
            "--clips", directory.File("clips"), "--sheet", directory.File("sheet.jpg"));
        Assert.True(search.ExitCode == 0, search.Error);
        var answer = search.Json;
        Assert.Equal(1, answer.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("ok", answer.GetProperty("verdict").GetString());
        var first = answer.GetProperty("moments")[0];
        Assert.Equal(1, first.GetProperty("rank").GetInt32());
        foreach (var name in new[] { "video", "videoId", "path", "start", "end", "keyFrame", "score", "relevance", "labels", "similar" })
            Assert.True(first.TryGetProperty(name, out _), $"{name} is missing");
        Assert.Equal(64, answer.GetProperty("coverage").GetProperty("samples").GetInt64());
        Assert.True(new FileInfo(directory.File("sheet.jpg")).Length > 10_000);
        Assert.Equal(5, Directory.GetFiles(directory.File("clips"), "*.mp4").Length);

        var raw = directory.File("garden.npy");
        var export = await WholeProgram.RunAsync("export", "vectors", "--video", "garden-walk.mp4", "--out", raw, "--raw", "--archive", archive, "--json");
        Assert.True(export.ExitCode == 0, export.Error);
        // 31 samples of 512 float32 behind a header of 128 bytes.
        Assert.Equal(128 + 31 * 512 * 4, new FileInfo(raw).Length);
        using var sidecar = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(raw, ".json")));
        Assert.Equal(31, sidecar.RootElement.GetProperty("samples").GetArrayLength());

        var status = (await WholeProgram.RunAsync("status", "--archive", archive, "--json")).Json;
        Assert.Equal(3, status.GetProperty("videos").GetProperty("searchable").GetInt32());
        var verify = await WholeProgram.RunAsync("verify", "--digest", "--archive", archive, "--json");
        Assert.Equal(0, verify.ExitCode);

        var bad = await WholeProgram.RunAsync("ingest", TestAssets.Samples, directory.File("missing.mp4"), "--archive", archive);
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("missing.mp4", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_an_ingest_goes_on_and_ends_at_the_digest_of_an_undisturbed_one()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var whole = directory.File("whole");
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", Garden, "--archive", whole, "--chunk-duration", "3")).ExitCode);
        var expected = await InThisProcess.DigestAsync("--archive", whole);

        var killed = directory.File("killed");
        for (var kill = 0; kill < 4; kill++)
        {
            using var process = WholeProgram.Start("ingest", Garden, "--archive", killed, "--chunk-duration", "2", "--workers", "2");
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(random.Next(300, 2500)));
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
        }
        var last = await WholeProgram.RunAsync("ingest", Garden, "--archive", killed, "--chunk-duration", "2", "--workers", "2");
        Assert.True(last.ExitCode == 0, $"seed {seed}: {last.Error}");
        var verify = (await InThisProcess.RunAsync("verify", "--digest", "--archive", killed, "--json")).Json;
        Assert.True(verify.GetProperty("ok").GetBoolean(), $"seed {seed}: {verify}");
        Assert.True(expected == verify.GetProperty("digest").GetString(), $"seed {seed}: the digest differs");
        // What the kills left half-written is swept.
        Assert.Empty(Directory.EnumerateFiles(killed, "*.tmp", SearchOption.AllDirectories));
        var status = (await InThisProcess.RunAsync("status", "--archive", killed, "--json")).Json.GetProperty("chunks");
        Assert.Equal(16, status.GetProperty("indexed").GetInt32());
        Assert.Equal(16, Directory.EnumerateFiles(killed, "*.vec", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Traces_metrics_and_logs_go_where_the_standard_variables_say()
    {
        using var directory = new TemporaryDirectory();
        using var collector = new OtlpCollector();
        using var process = WholeProgram.Start(collector.Variables,
            "ingest", Path.Combine(TestAssets.Samples, "bunny.mp4"), directory.File("missing.mp4"), "--archive", directory.File("archive"));
        Assert.Equal(1, (await WholeProgram.FinishAsync(process)).ExitCode);
        Assert.Contains("clustersearch.chunk", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("missing.mp4", collector.Received("/v1/logs"), StringComparison.Ordinal);
        Assert.Contains("clustersearch.samples.embedded", collector.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_stops_cleanly_and_a_rerun_goes_on()
    {
        using var directory = new TemporaryDirectory();
        var archive = directory.File("archive");
        using (var process = WholeProgram.Start("ingest", Garden, "--archive", archive, "--chunk-duration", "1", "--workers", "1"))
        {
            var finishing = WholeProgram.FinishAsync(process);
            while (!Directory.Exists(Path.Combine(archive, "vectors")) && !process.HasExited) await Task.Delay(20);
            await WholeProgram.SignalAsync(process, "INT");
            var stopped = await finishing;
            Assert.True(stopped.ExitCode == 130, stopped.Error);
        }
        var status = (await InThisProcess.RunAsync("status", "--archive", archive, "--json")).Json.GetProperty("chunks");
        Assert.Equal(0, status.GetProperty("leased").GetInt32());
        Assert.Equal(0, status.GetProperty("quarantined").GetInt32());
        Assert.Equal(0, (await WholeProgram.RunAsync("ingest", Garden, "--archive", archive, "--chunk-duration", "1")).ExitCode);
        Assert.Equal(31, (await InThisProcess.RunAsync("search", "a cat", "--archive", archive, "--json")).Json.GetProperty("coverage").GetProperty("samples").GetInt64());
    }
}
