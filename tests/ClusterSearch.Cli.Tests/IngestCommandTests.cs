using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class IngestCommandTests
{
    private readonly FakeArchive _archive = new();

    [Fact]
    public async Task Every_option_reaches_the_request()
    {
        var run = await CommandRun.Of(_archive, new CommandRun.Options { WorkingDirectory = "/footage" }, "ingest", "a.mp4", "/tapes", "--rate", "0.5", "--resize", "FAST",
            "--hwaccel", "cuda", "--chunk-duration", "1:04", "--camera", "gate", "--zone", "north", "--recorded-at", "2026-01-05T06:00+01:00",
            "--model", "starter", "--workers", "3", "--allow-mixed-encoders");
        Assert.Equal(0, run.ExitCode);
        var request = _archive.Ingested!;
        Assert.Equal(["/footage/a.mp4", "/tapes"], request.Paths);
        Assert.Equal(Sampling.Grid(new Rational(1, 2)), request.Sampling);
        Assert.Equal((ResizeMode.Fast, "cuda", TimeSpan.FromSeconds(64), "gate", "north"),
            (request.Resize, request.HardwareAcceleration, request.ChunkDuration, request.Camera, request.Zone));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 6, 0, 0, TimeSpan.FromHours(1)), request.RecordedAt);
        Assert.Equal((TestAssets.StarterModel, 3, true), (request.ModelDirectory, request.Workers, request.AllowMixedEncoders));
        Assert.Equal(OpenMode.Create, Assert.Single(_archive.Opened).Mode);
    }

    [Fact]
    public async Task Without_options_the_archive_decides()
    {
        await CommandRun.Of(_archive, "ingest", ".");
        var r = _archive.Ingested!;
        Assert.Equal((null, null, null, ChunkPlan.DefaultChunkDuration, null, null, null, null, 0, false),
            (r.Sampling, r.Resize, r.HardwareAcceleration, r.ChunkDuration, r.Camera, r.Zone, r.RecordedAt, r.ModelDirectory, r.Workers, r.AllowMixedEncoders));
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("ingest", ".", "--chunk-duration", "0.5")]
    [InlineData("ingest", ".", "--chunk-duration", "25h")]
    [InlineData("ingest", ".", "--workers", "-1")]
    [InlineData("ingest", ".", "--workers", "1.5")]
    [InlineData("ingest", ".", "--recorded-at", "yesterday")]
    [InlineData("ingest", ".", "--camera", " ")]
    [InlineData("ingest", ".", "--rate", "1", "--rate", "2")]
    public async Task What_cannot_be_meant_opens_no_archive(params string[] arguments)
    {
        Assert.Equal(ExitCodes.Usage, (await CommandRun.Of(_archive, arguments)).ExitCode);
        Assert.Empty(_archive.Opened);
    }

    [Fact]
    public async Task Failed_footage_is_a_line_each_and_exit_code_1()
    {
        _archive.Report = _archive.Report with
        {
            Failures = [new FileFailure("/footage/notes.txt", ErrorCodes.FootageNotVideo, "not a video")],
            Warnings = [new FileFailure("/footage/torn.mp4", ErrorCodes.FootageDamaged, "3 frames could not be decoded")],
        };
        var run = await CommandRun.Of(_archive, "ingest", ".");
        Assert.Equal(ExitCodes.SomeFailed, run.ExitCode);
        Assert.Equal("warning: /footage/torn.mp4: 3 frames could not be decoded (footage.damaged)\n/footage/notes.txt: not a video (footage.not_a_video)\n", run.Error);
        Assert.Equal("1 file: 1 added, 0 unchanged, 0 moved, 1 failed\n31 samples of 31 s of footage in 2.0 s, 15.5 × real time\n", run.Out);

        var json = (await CommandRun.Of(_archive, "ingest", ".", "--json")).Json;
        Assert.Equal(
            ["schemaVersion", "files", "added", "unchanged", "moved", "samples", "seconds", "elapsedSeconds", "timesRealTime", "failures", "warnings"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(15.5, json.GetProperty("timesRealTime").GetDouble());
        Assert.Equal(("/footage/notes.txt", "footage.not_a_video", "not a video"), (Text("path"), Text("code"), Text("message")));
        string? Text(string name) => json.GetProperty("failures")[0].GetProperty(name).GetString();
    }

    [Fact]
    public async Task Damage_alone_is_no_failure()
    {
        _archive.Report = _archive.Report with { Warnings = [new FileFailure("/footage/torn.mp4", ErrorCodes.FootageDamaged, "3 frames could not be decoded")] };
        Assert.Equal(ExitCodes.Done, (await CommandRun.Of(_archive, "ingest", ".")).ExitCode);
    }

    [Theory]
    [InlineData(ErrorCodes.ArchiveBusy, ExitCodes.EnvironmentFault)]
    [InlineData(ErrorCodes.ArchiveDiskFull, ExitCodes.EnvironmentFault)]
    [InlineData(ErrorCodes.ModelNotFound, ExitCodes.EnvironmentFault)]
    [InlineData(ErrorCodes.EnvironmentMissing, ExitCodes.EnvironmentFault)]
    [InlineData(ErrorCodes.RequestInvalid, ExitCodes.Usage)]
    [InlineData(ErrorCodes.VideoAmbiguous, ExitCodes.Usage)]
    [InlineData(ErrorCodes.FootageUnreadable, ExitCodes.SomeFailed)]
    public async Task A_fault_of_the_whole_run_is_one_line_with_its_code(string code, int exitCode)
    {
        _archive.WorkFault = new ClusterSearchException(code, "what was expected,\nwhat was found");
        var run = await CommandRun.Of(_archive, "ingest", ".");
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.Equal($"clustersearch: what was expected,\uFFFDwhat was found ({code})\n", run.Error);

        var error = (await CommandRun.Of(_archive, "ingest", ".", "--json")).Json.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_interrupted_run_exits_with_130_and_says_that_it_can_go_on()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var run = await CommandRun.Of(_archive, new CommandRun.Options { Cancellation = source.Token }, "ingest", ".", "--json");
        Assert.Equal((ExitCodes.Interrupted, "interrupted"), (run.ExitCode, run.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("goes on", run.Error);
    }

    [Fact]
    public async Task A_fault_that_nobody_foresaw_is_one_line_unless_debugging()
    {
        _archive.WorkFault = new InvalidOperationException("a slip");
        var run = await CommandRun.Of(_archive, "ingest", ".");
        Assert.Equal((ExitCodes.EnvironmentFault, "clustersearch: InvalidOperationException: a slip; CLUSTERSEARCH_DEBUG=1 shows where (internal)\n"), (run.ExitCode, run.Error));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            CommandRun.Of(_archive, new CommandRun.Options { Variables = new() { ["CLUSTERSEARCH_DEBUG"] = "1" } }, "ingest", "."));
    }

    [Fact]
    public async Task A_terminal_sees_a_bar_and_the_report_stays_apart()
    {
        _archive.Progress = [new IngestProgress { Stage = IngestStage.Embedding, SecondsDone = 5, SecondsTotal = 10, TimesRealTime = 9, TimeLeft = null, Videos = 1, VideosDone = 0, Failures = 0 }];
        var run = await CommandRun.Of(_archive, new CommandRun.Options { IsTerminal = true, Variables = new() { ["COLUMNS"] = "120" } }, "ingest", ".");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("1 file: 1 added", run.Out);
        Assert.Contains('\e', run.Error);
    }
}
