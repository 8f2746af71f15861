using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeArchive _archive = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_archive_is_beside_the_caller_unless_something_says_otherwise()
    {
        await Run([], "status");
        Assert.Equal((_directory.File("archive"), OpenMode.Read), Assert.Single(_archive.Opened));
    }

    [Fact]
    public async Task An_option_goes_before_the_environment_and_that_before_the_file()
    {
        File.WriteAllText(_directory.File("clustersearch.json"), """{ "archive": "from-file" }""");
        await Run([], "status");
        await Run(new() { ["CLUSTERSEARCH_ARCHIVE"] = "from-environment" }, "status");
        await Run(new() { ["CLUSTERSEARCH_ARCHIVE"] = "from-environment" }, "status", "--archive", "from-option");
        await Run(new() { ["CLUSTERSEARCH_ARCHIVE"] = "from-environment" }, "--archive", "from-option", "status");
        Assert.Equal(["from-file", "from-environment", "from-option", "from-option"], _archive.Opened.Select(o => Path.GetRelativePath(_directory.Path, o.Directory)));
    }

    [Fact]
    public async Task Every_setting_can_stand_in_the_file_and_paths_count_from_it()
    {
        Directory.CreateDirectory(_directory.File("etc"));
        File.WriteAllText(_directory.File("etc/search.json"),
            """{ "archive": "../store", "model": "./own", "workers": 3, "chunkDuration": "8s", "resize": "fast", "hwaccel": "cuda", /* a comment */ }""");
        await Run(new() { ["CLUSTERSEARCH_CONFIG"] = "etc/search.json" }, "ingest", ".");
        Assert.Equal((_directory.File("store"), OpenMode.Create), Assert.Single(_archive.Opened));
        var request = _archive.Ingested!;
        Assert.Equal((_directory.File("etc/own"), 3, TimeSpan.FromSeconds(8), Core.Footage.ResizeMode.Fast, "cuda"),
            (request.ModelDirectory, request.Workers, request.ChunkDuration, request.Resize, request.HardwareAcceleration));
    }

    [Fact]
    public async Task Every_setting_can_stand_in_the_environment()
    {
        await Run(new()
        {
            ["CLUSTERSEARCH_MODEL"] = "starter",
            ["CLUSTERSEARCH_WORKERS"] = "2",
            ["CLUSTERSEARCH_CHUNK_DURATION"] = "1h",
            ["CLUSTERSEARCH_RESIZE"] = "exact",
            ["CLUSTERSEARCH_HWACCEL"] = "auto",
        }, "ingest", ".");
        var request = _archive.Ingested!;
        Assert.Equal((TestAssets.StarterModel, 2, TimeSpan.FromHours(1), Core.Footage.ResizeMode.Exact, "auto"),
            (request.ModelDirectory, request.Workers, request.ChunkDuration, request.Resize, request.HardwareAcceleration));
    }

    [Theory]
    [InlineData("""{ "colour": "red" }""", "no setting is called 'colour'")]
    [InlineData("""{ "workers": true }""", "'workers' is a text or a number")]
    [InlineData("""[ 1 ]""", "expected one JSON object")]
    [InlineData("""{ "archive": """, "not JSON, line 1")]
    [InlineData("""{ "workers": "many" }""", "'workers' in ")]
    public async Task A_file_that_says_nothing_sensible_is_refused_in_one_line(string content, string message)
    {
        File.WriteAllText(_directory.File("clustersearch.json"), content);
        var run = await Run([], "ingest", ".");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(message, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task A_fault_in_the_environment_names_the_variable()
    {
        var run = await Run(new() { ["CLUSTERSEARCH_CHUNK_DURATION"] = "2d" }, "ingest", ".");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("CLUSTERSEARCH_CHUNK_DURATION: expected a time", run.Error);
    }

    private Task<CommandRun> Run(Dictionary<string, string> variables, params string[] arguments) =>
        CommandRun.Of(_archive, new CommandRun.Options { Variables = variables, WorkingDirectory = _directory.Path }, arguments);
}
