using ClusterSearch.Archive;
using ClusterSearch.Cli.Commands;
using ClusterSearch.Core;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class SearchCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeArchive _archive = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_option_reaches_the_request()
    {
        File.WriteAllText(_directory.File("a.jpg"), "");
        File.WriteAllText(_directory.File("b.jpg"), "");
        var run = await Run("search", "a", "red", "car", "--image", "a.jpg", "--image", "b.jpg", "--like", "garden-walk.mp4@1:30", "--not", "snow",
            "--weight", "text=2", "--weight", "image2=0.5", "--video", "space-day.mp4", "--camera", "gate", "--camera", "yard", "--zone", "north",
            "--after", "2026-01-05T06:00", "--before", "90s", "--top", "7", "--moments", "reference", "--smoothing", "none", "--fold", "--exact");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var request = _archive.Searched!;
        Assert.Equal<QueryPart>(
        [
            new TextPart("a red car", 2), new ImagePart(_directory.File("a.jpg")), new ImagePart(_directory.File("b.jpg"), 0.5),
            new MomentPart(FakeArchive.Garden, 90), new TextPart("snow", 1, IsNegative: true),
        ], request.Parts);
        Assert.Equal([FakeArchive.Space], request.Filter.Videos!);
        Assert.Equal(["gate", "yard"], request.Filter.Cameras!.Order());
        Assert.Equal(["north"], request.Filter.Zones!);
        Assert.Equal((new DateTimeOffset(2026, 1, 5, 6, 0, 0, TimeSpan.Zero), null, null, 90.0),
            (request.Filter.RecordedAfter, request.Filter.RecordedBefore, request.Filter.SecondsAfter, request.Filter.SecondsBefore));
        Assert.Equal((7, MomentMethod.Reference, SmoothingMethod.None, true, true), (request.Top, request.Moments, request.Smoothing, request.Fold, request.Exact));
    }

    [Fact]
    public async Task Without_options_the_request_is_the_usual_one()
    {
        await Run("search", "a cat");
        var request = _archive.Searched!;
        Assert.Equal((20, MomentMethod.Shots, SmoothingMethod.Shot, false, false, true), (request.Top, request.Moments, request.Smoothing, request.Fold, request.Exact, request.Filter.IsEmpty));
    }

    [Theory]
    [InlineData("nothing to look for", "search")]
    [InlineData("nothing to look for", "search", "  ")]
    [InlineData("--not alone finds nothing", "search", "--not", "snow")]
    [InlineData("--top: expected a whole number from 1 to 1000, found '0'", "search", "cat", "--top", "0")]
    [InlineData("--moments: expected shots or reference, found 'best'", "search", "cat", "--moments", "best")]
    [InlineData("--smoothing: expected shot, reference or none", "search", "cat", "--smoothing", "much")]
    [InlineData("--image: there is no file", "search", "--image", "nowhere.jpg")]
    [InlineData("--sheet: expected a file that ends in .jpg or .png", "search", "cat", "--sheet", "sheet.gif")]
    [InlineData("no video is called missing.mp4", "search", "cat", "--video", "missing.mp4")]
    [InlineData("there is no option '--bogus'", "search", "cat", "--bogus")]
    [InlineData("there is no option '-x'", "search", "-x")]
    [InlineData("--camera needs a value, found the option --zone", "search", "cat", "--camera", "--zone", "north")]
    [InlineData("there is no command 'frob'", "frob")]
    [InlineData("a command is needed", "videos")]
    [InlineData("a command is needed")]
    [InlineData("--video", "export", "vectors", "--out", "a.npy")]
    public async Task A_slip_of_usage_is_one_line_and_exit_code_2(string message, params string[] arguments)
    {
        var run = await Run(arguments);
        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("clustersearch: ", line);
        Assert.Contains(message, line);
        Assert.Null(_archive.Searched);

        var json = (await Run([.. arguments, "--json"])).Json;
        Assert.Equal(1, json.GetProperty("schemaVersion").GetInt32());
        Assert.Contains(message, json.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_text_that_begins_with_a_dash_comes_after_two_dashes()
    {
        Assert.Equal(0, (await Run("search", "--", "-5 degrees")).ExitCode);
        Assert.Equal([new TextPart("-5 degrees")], _archive.Searched!.Parts);
    }

    [Fact]
    public async Task The_JSON_is_the_promised_document_and_nothing_else()
    {
        _archive.Answer = _archive.Answer with
        {
            Moments = [FakeArchive.MomentOf(1, 0, 8) with { Similar = [FakeArchive.MomentOf(2, 23, 27, null)] }],
            Coverage = new Coverage(3, 2, 1, 58, 12, 4.5),
        };
        var run = await Run("search", "a cat", "--json", "--explain");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var json = run.Json;
        Assert.Equal(["schemaVersion", "query", "parts", "verdict", "moments", "coverage", "timings", "explanation"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((1, "a cat", "ok"), (json.GetProperty("schemaVersion").GetInt32(), json.GetProperty("query").GetString(), json.GetProperty("verdict").GetString()));
        var moment = json.GetProperty("moments")[0];
        Assert.Equal(["rank", "video", "videoId", "path", "start", "end", "keyFrame", "score", "relevance", "labels", "similar", "recordedAt"], moment.EnumerateObject().Select(p => p.Name));
        Assert.StartsWith("""{"rank":1,"video":"garden-walk.mp4","videoId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","path":"/footage/garden-walk.mp4","start":0,"end":8,"keyFrame":1,"score":0.25,"relevance":0.9,"labels":[{"name":"tabbycat","score":0.5}],"similar":[{"rank":2,""",
            moment.GetRawText().Replace(" ", "").Replace("\n", ""));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, moment.GetProperty("similar")[0].GetProperty("relevance").ValueKind);
        Assert.Equal("""{"videos":3,"searchable":2,"failed":1,"samples":58,"filteredOut":12,"missingSeconds":4.5}""", json.GetProperty("coverage").GetRawText().Replace(" ", "").Replace("\n", ""));
        Assert.Equal(["embedMs", "searchMs", "momentsMs", "totalMs"], json.GetProperty("timings").EnumerateObject().Select(p => p.Name));
        Assert.Equal("scanned 58 samples", json.GetProperty("explanation")[0].GetString());
    }

    [Fact]
    public async Task A_person_reads_a_table_a_verdict_and_what_was_searched()
    {
        _archive.Answer = _archive.Answer with { Moments = [FakeArchive.MomentOf(1, 0, 8.0404), FakeArchive.MomentOf(2, 23, 27, null)], Verdict = Verdict.Weak };
        var run = await Run("search", "a cat");
        Assert.DoesNotContain('\e', run.Out);
        Assert.Contains(run.Out.Split('\n'), line => line.Contains("90 %") && line.Contains("garden-walk.mp4") && line.Contains("0:00.000 - 0:08.040") && line.Contains("tabby cat"));
        Assert.Contains(run.Out.Split('\n'), line => line.Contains("score 0.250") && line.Contains("0:23.000 - 0:27.000"));
        Assert.Contains("Verdict: weak, the best is doubtful  (6 ms)", run.Out);
        Assert.Contains("Searched 58 samples of 2 videos", run.Out);
        Assert.DoesNotContain("Warning", run.Out);
    }

    [Fact]
    public async Task An_answer_over_part_of_the_archive_says_so()
    {
        _archive.Answer = _archive.Answer with { Verdict = Verdict.Nothing, Coverage = new Coverage(3, 2, 1, 58, 12, 90) };
        var run = await Run("search", "a cat");
        Assert.Contains("Verdict: nothing was found", run.Out);
        Assert.Contains("Searched 58 samples of 3 videos, 12 filtered out", run.Out);
        Assert.Contains("Warning: 2 of 3 videos wholly searchable, 1 failed, 90 s of footage not searched", run.Out);
    }

    [Fact]
    public async Task A_terminal_gets_colours_unless_NO_COLOR_is_set()
    {
        _archive.Answer = _archive.Answer with { Moments = [FakeArchive.MomentOf(1, 0, 8)] };
        var rich = await CommandRun.Of(_archive, new CommandRun.Options { IsTerminal = true, Variables = new() { ["COLUMNS"] = "120" } }, "search", "a cat");
        var plain = await CommandRun.Of(_archive, new CommandRun.Options { IsTerminal = true, Variables = new() { ["NO_COLOR"] = "1", ["COLUMNS"] = "120" } }, "search", "a cat");
        Assert.Contains("█████████░", rich.Out);
        Assert.DoesNotContain('\e', plain.Out);
        Assert.Contains("90 %", plain.Out);
    }

    [Fact]
    public async Task Clips_and_sheet_are_written_and_named()
    {
        _archive.Answer = _archive.Answer with { Moments = [FakeArchive.MomentOf(1, 0, 8), FakeArchive.MomentOf(10, 23.5, 27.04)] };
        var run = await Run("search", "a cat", "--clips", "out/clips", "--sheet", "out/sheets/all.png", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal([_directory.File("out/clips/01-garden-walk-0.000-8.000.mp4"), _directory.File("out/clips/10-garden-walk-23.500-27.040.mp4")], _archive.Clips);
        Assert.Equal(_archive.Clips, run.Json.GetProperty("moments").EnumerateArray().Select(m => m.GetProperty("clip").GetString()));
        Assert.Equal(_directory.File("out/sheets/all.png"), run.Json.GetProperty("sheet").GetString());
        Assert.True(File.Exists(_directory.File("out/sheets/all.png")));
    }

    [Fact]
    public async Task A_clip_that_cannot_be_cut_fails_alone()
    {
        _archive.Answer = _archive.Answer with { Moments = [FakeArchive.MomentOf(1, 0, 8)] };
        _archive.ClipFault = new ClusterSearchException(ErrorCodes.FootageNotFound, "the footage has gone");
        var run = await Run("search", "a cat", "--clips", "clips");
        Assert.Equal(ExitCodes.SomeFailed, run.ExitCode);
        Assert.Contains("garden-walk.mp4", run.Out);
        Assert.Equal($"{_directory.File("clips/1-garden-walk-0.000-8.000.mp4")}: the footage has gone (footage.not_found)", run.Error.TrimEnd());
    }

    [Fact]
    public void A_clip_is_named_without_what_a_file_name_cannot_hold() =>
        Assert.Equal("3-a_b-1.000-2.500.mp4", WrittenPictures.ClipName(FakeArchive.MomentOf(3, 1, 2.5, file: "a\nb.mkv"), 9));

    private Task<CommandRun> Run(params string[] arguments) =>
        CommandRun.Of(_archive, new CommandRun.Options { WorkingDirectory = _directory.Path }, arguments);
}
