using ClusterSearch.Hosting;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Remote;

/// <summary>Commands through a gateway do, print and end as the same commands where the archive lies.</summary>
public sealed class GatewayCommandTests(ServedArchive served) : IClassFixture<ServedArchive>
{
    private static readonly string Picture = Path.Combine(TestAssets.Repository, "docs", "pictures", "demo.jpg");

    [Theory]
    [InlineData("search", "a cat")]
    [InlineData("search", "a cat", "--fold", "--top", "50", "--explain")]
    [InlineData("search", "a cat", "--exact", "--top", "250", "--explain")]
    [InlineData("search", "--image", "@picture", "--not", "snow", "--weight", "image=0.5", "--top", "3")]
    [InlineData("search", "--like", "garden-walk.mp4@12", "--video", "space-day.mp4", "--after", "2s", "--before", "20s", "--top", "2")]
    [InlineData("search", "a cat", "--smoothing", "none", "--moments", "reference")]
    [InlineData("search", "a cat", "--encoding", "starter", "--top", "250")]
    [InlineData("search", "a cat", "--encoding", "nothing-of-the-kind")]
    [InlineData("search", "--like", "nothing.mp4@12")]
    [InlineData("search", "--image", "no-such-file.jpg")]
    [InlineData("search", "a cat", "--camera", "cellar")]
    [InlineData("status")]
    [InlineData("videos", "list")]
    [InlineData("videos", "show", "garden-walk.mp4")]
    [InlineData("videos", "show", "nothing.mp4")]
    [InlineData("videos", "retry")]
    [InlineData("videos", "retry", "bunny.mp4")]
    [InlineData("models", "list")]
    [InlineData("models", "use", "starter")]
    [InlineData("models", "use", "nothing-of-the-kind")]
    [InlineData("models", "drop", "starter")]
    public async Task A_command_prints_the_same_document_and_ends_with_the_same_code(params string[] arguments)
    {
        arguments = [.. arguments.Select(argument => argument == "@picture" ? Picture : argument)];
        var here = await served.HereAsync([.. arguments, "--json"]);
        var through = await served.ThroughAsync([.. arguments, "--json"]);
        Assert.Equal(here.ExitCode, through.ExitCode);
        Assert.Equal(ServedArchive.Comparable(here.Out), ServedArchive.Comparable(through.Out));
    }

    [Fact]
    public async Task Clips_and_the_sheet_are_written_on_this_machine()
    {
        var run = await served.ThroughAsync("search", "a cat", "--top", "2", "--clips", "clips", "--sheet", "sheet.png", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(2, run.Json.GetProperty("moments").EnumerateArray().Count(moment => File.Exists(moment.GetProperty("clip").GetString())));
        var png = await File.ReadAllBytesAsync(served.Scratch("sheet.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
    }

    [Fact]
    public async Task Footage_of_this_machine_is_sent_that_of_a_root_is_named_and_each_fault_stands_alone()
    {
        Directory.CreateDirectory(served.Scratch("mine"));
        await ServedArchive.MakeVideoAsync(served.Scratch("mine/sent.mp4"), "testsrc2");
        await ServedArchive.MakeVideoAsync(Path.Combine(served.Root, "taped.mp4"), "mandelbrot");
        await File.WriteAllTextAsync(served.Scratch("notes.mp4"), "these are notes");
        var run = await served.ThroughAsync(Role.Ingest, "ingest", "mine", "notes.mp4", "gone.mp4", "tapes:taped.mp4", "--camera", "desk", "--recorded-at", "2026-05-01T10:00:00Z", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal((4, 2, 6L), (run.Json.GetProperty("files").GetInt32(), run.Json.GetProperty("added").GetInt32(), run.Json.GetProperty("samples").GetInt64()));
        Assert.Equal([("gone.mp4", "footage.not_found"), ("notes.mp4", "footage.not_a_video")], run.Json.GetProperty("failures").EnumerateArray()
            .Select(f => (Path.GetFileName(f.GetProperty("path").GetString()!), f.GetProperty("code").GetString()!)).Order());
        foreach (var name in (string[])["sent.mp4", "taped.mp4"])
        {
            var video = (await served.ThroughAsync(Role.Read, "videos", "show", name, "--json")).Json.GetProperty("video");
            Assert.Equal(("searchable", "desk", "2026-05-01T10:00:00+00:00"),
                (video.GetProperty("state").GetString(), video.GetProperty("camera").GetString(), video.GetProperty("recordedAt").GetString()));
            Assert.Equal(0, (await served.ThroughAsync("videos", "remove", name)).ExitCode);
            Assert.Equal(2, (await served.ThroughAsync("videos", "show", name)).ExitCode);
        }
    }

    [Fact]
    public async Task A_pause_through_the_gateway_is_the_archives()
    {
        Assert.Equal(0, (await served.ThroughAsync("pause")).ExitCode);
        Assert.Contains("Paused", (await served.HereAsync("status")).Out);
        Assert.Equal(0, (await served.ThroughAsync("resume")).ExitCode);
        Assert.DoesNotContain("Paused", (await served.HereAsync("status")).Out);
    }

    [Fact]
    public async Task A_key_that_is_missing_or_may_not_is_one_line_and_the_environments_code()
    {
        var none = await CommandRun.Of(new ArchiveOpener(new Settings(_ => null, Path.GetTempPath())), "search", "a cat", "--gateway", served.Url);
        Assert.Equal(3, none.ExitCode);
        Assert.Contains("$CLUSTERSEARCH_KEY", none.Error);
        var denied = await served.ThroughAsync(Role.Read, "videos", "remove", "bunny.mp4");
        Assert.Equal(3, denied.ExitCode);
        Assert.Contains("access.role", denied.Error);
        Assert.DoesNotContain(served.Keys[Role.Read], denied.Error);
    }

    [Fact]
    public async Task A_gateway_that_is_away_or_something_else_is_one_line()
    {
        var away = await CommandRun.Of(new ArchiveOpener(new Settings(_ => null, Path.GetTempPath())), "status", "--gateway", "http://127.0.0.1:9");
        Assert.Equal(3, away.ExitCode);
        Assert.Contains("clustersearch serve", away.Error);
        Assert.Equal(2, (await CommandRun.Of(new ArchiveOpener(new Settings(_ => null, Path.GetTempPath())), "status", "--gateway", "ftp://archive")).ExitCode);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("reindex")]
    [InlineData("backup", "copy")]
    [InlineData("restore", "copy")]
    [InlineData("serve")]
    [InlineData("work")]
    [InlineData("watch", ".")]
    [InlineData("keys", "list")]
    [InlineData("export", "query", "a cat", "--out", "q.npy")]
    [InlineData("export", "vectors", "--video", "bunny.mp4", "--out", "q.npy")]
    [InlineData("eval", "queries.json")]
    public async Task What_works_on_the_archives_files_says_so(params string[] arguments)
    {
        var run = await CommandRun.Of(new FakeArchive(), [.. arguments, "--gateway", "http://127.0.0.1:9"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("works where the archive lies", run.Error);
    }

    [Theory]
    [InlineData("--model", "starter")]
    [InlineData("--rate", "2")]
    [InlineData("--workers", "3")]
    [InlineData("--provider", "cuda")]
    [InlineData("--beside")]
    public async Task How_footage_is_taken_in_is_not_chosen_through_a_gateway(params string[] options)
    {
        var run = await served.ThroughAsync(["ingest", "mine", .. options]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(options[0], run.Error);
    }

    [Fact]
    public async Task Gateway_and_archive_exclude_each_other_on_the_command_line_and_an_archive_named_there_is_meant()
    {
        Assert.Equal(2, (await CommandRun.Of(new FakeArchive(), "status", "--gateway", "http://127.0.0.1:9", "--archive", "x")).ExitCode);
        Assert.Equal(2, (await CommandRun.Of(new FakeArchive(), "status", "--key", "cs_x")).ExitCode);
        var archive = new FakeArchive();
        var options = new CommandRun.Options { Variables = new() { ["CLUSTERSEARCH_GATEWAY"] = "http://127.0.0.1:9" } };
        Assert.Equal(0, (await CommandRun.Of(archive, options, "status", "--archive", "x")).ExitCode);
        Assert.Single(archive.Opened);
    }
}
