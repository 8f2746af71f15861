using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class WatchCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeArchive _archive = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Options_say_when_files_are_whole_and_how_recordings_are_followed()
    {
        Assert.Equal(ExitCodes.Done, (await Run("watch", "in")).ExitCode);
        var plain = _archive.Watched!;
        Assert.Equal([_directory.File("in")], plain.Ingest.Paths);
        Assert.Equal(new WatchRequest { Ingest = plain.Ingest }, plain);

        await Run("watch", "in", "--settle", "30s", "--settle-growing", "2m", "--growing-chunk-duration", "10s", "--rescan", "1m", "--once", "--prune", "--camera", "gate", "--workers", "3");
        Assert.Equal(
            new WatchRequest
            {
                Ingest = _archive.Watched!.Ingest,
                Settle = TimeSpan.FromSeconds(30),
                SettleGrowing = TimeSpan.FromMinutes(2),
                GrowingChunkDuration = TimeSpan.FromSeconds(10),
                Rescan = TimeSpan.FromMinutes(1),
                Once = true,
                Prune = true,
            }, _archive.Watched);
        Assert.Equal(("gate", 3), (_archive.Watched.Ingest.Camera, _archive.Watched.Ingest.Workers));
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("watch", "in", "--settle", "0")]
    [InlineData("watch", "in", "--settle", "soon")]
    [InlineData("watch", "in", "--rescan", "25h")]
    [InlineData("watch", "in", "--growing-chunk-duration", "0.5s")]
    [InlineData("watch", "footage.mp4")]
    public async Task Slips_are_slips_of_usage(params string[] arguments)
    {
        File.WriteAllText(_directory.File("footage.mp4"), "");
        Assert.Equal(ExitCodes.Usage, (await Run(arguments)).ExitCode);
        Assert.Null(_archive.Watched);
    }

    [Fact]
    public async Task The_end_is_summed_up_and_only_a_single_round_fails_for_files_that_failed()
    {
        var run = await Run("watch", "in", "--json");
        Assert.Equal((ExitCodes.Done, 2, 1), (run.ExitCode, run.Json.GetProperty("registered").GetInt32(), run.Json.GetProperty("closed").GetInt32()));
        _archive.Report = _archive.Report with { Failures = [new FileFailure("/in/bad.mp4", ErrorCodes.FootageNotVideo, "no video")] };
        Assert.Equal(ExitCodes.Done, (await Run("watch", "in")).ExitCode);
        run = await Run("watch", "in", "--once");
        Assert.Equal((ExitCodes.SomeFailed, "3 files: 2 taken in, 1 recording closed, 1 still growing, 0 forgotten, 1 failed\n"), (run.ExitCode, run.Out));
    }

    [Fact]
    public void What_happens_is_told_a_line_each()
    {
        Assert.Equal("new        /in/a.ts", WatchDisplay.Describe(new WatchEvent(WatchEventKind.Registered, "/in/a.ts")));
        Assert.Equal("failed     /in/a.ts: no video (footage.not_a_video)",
            WatchDisplay.Describe(new WatchEvent(WatchEventKind.Failed, "/in/a.ts", "/in/a.ts: no video", ErrorCodes.FootageNotVideo)));
        Assert.Equal("away       /in: not there", WatchDisplay.Describe(new WatchEvent(WatchEventKind.Away, "/in", "not there")));
        Assert.Equal("3 files, 1 settling, 2 growing; 50 samples searchable", WatchDisplay.Describe(new WatchStatus(3, 1, 2, 0, _archive.Status.Ledger)));
    }

    private Task<CommandRun> Run(params string[] arguments) =>
        CommandRun.Of(_archive, new CommandRun.Options { WorkingDirectory = _directory.Path }, arguments);
}
