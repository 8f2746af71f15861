using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class ArchiveCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeArchive _archive = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Status_tells_videos_chunks_samples_hours_and_failures()
    {
        var json = (await Run("status", "--json")).Json;
        Assert.Equal("""{"total":2,"searchable":1,"partial":1,"ingesting":0,"failed":0,"withoutPlan":0}""", Compact(json.GetProperty("videos")));
        Assert.Equal("""{"pending":0,"leased":0,"embedded":0,"indexed":3,"quarantined":1}""", Compact(json.GetProperty("chunks")));
        Assert.Equal((50, 8, 1.5), (json.GetProperty("samples").GetInt64(), json.GetProperty("missingSamples").GetInt64(), json.GetProperty("hours").GetDouble()));
        Assert.Equal("""[{"path":"/footage/notes.txt","code":"footage.not_a_video","message":"notavideo"}]""", Compact(json.GetProperty("failures")));

        var text = (await Run("status")).Out;
        Assert.Contains("Videos    2: 1 searchable, 1 partly, 0 ingesting, 0 failed", text);
        Assert.Contains("Footage   90 min, 50 samples searchable, 8 missing", text);
        Assert.Contains("Failed    /footage/notes.txt: not a video (footage.not_a_video)", text);
    }

    [Fact]
    public async Task Videos_are_listed_shown_forgotten_and_tried_again()
    {
        var list = (await Run("videos", "list", "--json")).Json.GetProperty("videos");
        Assert.Equal(["garden-walk.mp4", "space-day.mp4"], list.EnumerateArray().Select(v => v.GetProperty("video").GetString()));
        Assert.Equal("searchable", list[0].GetProperty("state").GetString());
        var table = (await Run("videos", "list")).Out;
        Assert.Contains("space-day.mp4", table);
        Assert.Contains("camera", table);
        Assert.DoesNotContain("zone", table);

        var shown = (await Run("videos", "show", "garden-walk.mp4", "--json")).Json;
        Assert.Equal(("garden-walk.mp4", "1/12800", "30000/1001"), (shown.GetProperty("video").GetProperty("video").GetString(),
            shown.GetProperty("facts").GetProperty("timeBase").GetString(), shown.GetProperty("facts").GetProperty("frameRate").GetString()));
        Assert.Equal("""[{"start":0,"end":8,"samples":8,"labels":[{"name":"tabbycat","score":0.5}]}]""", Compact(shown.GetProperty("shots")));
        Assert.Contains("Shot      0:00.000 - 0:08.000  tabby cat", (await Run("videos", "show", "garden-walk.mp4")).Out);

        Assert.Equal(FakeArchive.Garden.Value, (await Run("videos", "remove", "garden-walk.mp4", "--json")).Json.GetProperty("videoId").GetString());
        Assert.Equal(FakeArchive.Garden, _archive.Removed);

        Assert.Equal(4, (await Run("videos", "retry", "--json")).Json.GetProperty("chunks").GetInt32());
        await Run("videos", "retry", "space-day.mp4");
        Assert.Equal([null, FakeArchive.Space], _archive.Retried);
        Assert.Equal([OpenMode.Read, OpenMode.Read, OpenMode.Read, OpenMode.Read, OpenMode.Write, OpenMode.Write, OpenMode.Write], _archive.Opened.Select(o => o.Mode));
    }

    [Fact]
    public async Task A_video_that_is_not_known_is_a_slip_of_usage() =>
        Assert.Equal(new CommandRun(ExitCodes.Usage, "", "clustersearch: no video is called x.mp4 (video.not_found)\n"), await Run("videos", "show", "x.mp4"));

    [Fact]
    public async Task Reindex_reports_what_it_did()
    {
        Assert.Equal("""{"schemaVersion":1,"videos":2,"samples":58,"elapsedSeconds":1.5,"encodings":[]}""", Compact((await Run("reindex", "--json")).Json));
        Assert.Equal("58 samples of 2 videos indexed again in 1.5 s\n", (await Run("reindex")).Out);
    }

    [Fact]
    public async Task Verify_exits_with_1_when_something_differs()
    {
        Assert.Equal("2 videos, 58 samples: whole\n", (await Run("verify")).Out);
        Assert.Equal(new string('d', 64), (await Run("verify", "--digest", "--json")).Json.GetProperty("digest").GetString());
        var problem = new Archive.VerifyProblem("vectors.missing", "/archive/x.vec: it is missing") { EncodingId = "0123456789ab", Video = FakeArchive.Garden, Chunk = 3 };
        _archive.Verification = _archive.Verification with { Problems = [problem], Remaining = [problem] };
        var run = await Run("verify", "--json");
        Assert.Equal(ExitCodes.SomeFailed, run.ExitCode);
        const string Problem = """{"code":"vectors.missing","kind":"vectors","message":"/archive/x.vec:itismissing","repair":"thechunkisembeddedagainbythenextingest","encoding":"0123456789ab","videoId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","chunk":3}""";
        Assert.Equal($$"""{"schemaVersion":1,"ok":false,"videos":2,"samples":58,"problems":[{{Problem}}],"remaining":[{{Problem}}],"leftovers":[],"requeued":0,"unreachableVideos":0,"digest":null,"encodings":[]}""", Compact(run.Json));
    }

    [Fact]
    public async Task Verify_mends_only_when_it_is_told_to_and_says_what_is_left_to_do()
    {
        await Run("verify", "--digest", "--encoding", "0123456789ab");
        Assert.Equal(new Archive.VerifyRequest { Digest = true, Encoding = "0123456789ab" }, _archive.Verified);

        _archive.Verification = _archive.Verification with { Problems = [new("vectors.missing", "/archive/x.vec: it is missing")], Requeued = 1, UnreachableVideos = 1 };
        var run = await Run("verify", "--repair");
        Assert.Equal(new Archive.VerifyRequest { Repair = true }, _archive.Verified);
        Assert.Equal(OpenMode.Write, _archive.Opened[^1].Mode);
        Assert.Equal((ExitCodes.Done, """
            vectors.missing: /archive/x.vec: it is missing; repair: the chunk is embedded again by the next ingest
            2 videos, 58 samples: 1 problem mended
            1 chunk to embed again: run `clustersearch ingest` on the footage
            1 video without a file on this machine

            """), (run.ExitCode, run.Out));
    }

    [Fact]
    public async Task Vectors_are_exported_with_a_file_that_says_what_each_row_is()
    {
        var run = await Run("export", "vectors", "--video", "garden-walk.mp4", "--out", "out/v.npy", "--json");
        Assert.Equal((0, false), (run.ExitCode, _archive.ExportedSmoothed));
        var (matrix, sidecar) = (_directory.File("out/v.npy"), _directory.File("out/v.json"));
        Assert.Equal((matrix, sidecar, "[2,2]"), (run.Json.GetProperty("file").GetString(), run.Json.GetProperty("sidecar").GetString(), Compact(run.Json.GetProperty("shape"))));
        Assert.Equal([1f, 0f, 0.6f, 0.8f], Enumerable.Range(0, 4).Select(i => BitConverter.ToSingle(File.ReadAllBytes(matrix), 128 + 4 * i)));
        Assert.Equal(
            """{"schemaVersion":1,"video":"garden-walk.mp4","videoId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","encoding":"0123456789ab","vectors":"raw","dimension":2,"samples":[{"number":0,"ticks":0,"timeBase":"1/12800","seconds":0},{"number":1,"ticks":12800,"timeBase":"1/12800","seconds":1}]}""",
            Compact(JsonDocument.Parse(File.ReadAllText(sidecar)).RootElement));
        Assert.Equal(2, Directory.GetFiles(_directory.File("out")).Length);

        await Run("export", "vectors", "--video", "garden-walk.mp4", "--out", "v.npy", "--smoothed");
        Assert.True(_archive.ExportedSmoothed);
        Assert.Equal(ExitCodes.Usage, (await Run("export", "vectors", "--video", "garden-walk.mp4", "--out", "v.npy", "--smoothed", "--raw")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await Run("export", "vectors", "--video", "garden-walk.mp4", "--out", "v.bin")).ExitCode);
    }

    [Fact]
    public async Task A_query_is_exported_as_one_row()
    {
        var run = await Run("export", "query", "a cat", "--out", "q.npy", "--json");
        Assert.Equal("[1,2]", Compact(run.Json.GetProperty("shape")));
        Assert.Equal(128 + 8, new FileInfo(_directory.File("q.npy")).Length);
        Assert.Equal(ExitCodes.Usage, (await Run("export", "query", "--out", "q.npy")).ExitCode);
    }

    [Fact]
    public async Task Judged_queries_are_read_and_their_metrics_written()
    {
        File.WriteAllText(_directory.File("judged.json"), """{"queries":[{"text":"a cat","relevant":[{"video":"garden-walk.mp4","start":0,"end":8}]},{"image":"cup.png","relevant":[]}]}""");
        var run = await Run("eval", "judged.json", "--moments", "reference", "--exact", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(new Archive.JudgedMoment("garden-walk.mp4", 0, 8), Assert.Single(_archive.Judged!.Queries[0].Relevant));
        Assert.Equal(_directory.File("cup.png"), _archive.Judged.Queries[1].Image);
        Assert.Equal((Core.Moments.MomentMethod.Reference, true), (_archive.Searched!.Moments, _archive.Searched.Exact));
        Assert.Equal("""{"schemaVersion":1,"metrics":{"ndcg@10iou>=0.5":0.75,"undefined":null},"perQuery":[{"query":"acat","metrics":{"ndcg@10iou>=0.5":0.75}}]}""", Compact(run.Json));
        Assert.Equal("ndcg@10 iou>=0.5  0.750\nundefined         -\nover 1 query\n", (await Run("eval", "judged.json")).Out);
        Assert.False(_archive.Searched.Exact);
    }

    [Theory]
    [InlineData("{}", "holds no queries")]
    [InlineData("""{"queries":[]}""", "holds no queries")]
    [InlineData("""{"queries":[{"relevant":[]},{"text":"a","image":"b","relevant":[{"video":"x","start":8,"end":8}]}]}""",
        "query 1 needs either a text or an image; query 2 needs either a text or an image; query 2, relevant 1 needs video, start and a later end")]
    [InlineData("""{"queries":[{"text":"a"}]}""", "query 1 has no list 'relevant'")]
    [InlineData("cats", "line 1 is not that")]
    public async Task Judged_queries_with_faults_are_refused_with_every_fault(string content, string message)
    {
        File.WriteAllText(_directory.File("judged.json"), content);
        var run = await Run("eval", "judged.json");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task An_archive_that_is_not_there_is_a_fault_of_the_environment()
    {
        _archive.OpenFault = new ClusterSearchException(ErrorCodes.ArchiveNotFound, "there is no archive at /x; ingest makes one");
        Assert.Equal(new CommandRun(ExitCodes.EnvironmentFault, "", "clustersearch: there is no archive at /x; ingest makes one (archive.not_found)\n"),
            await Run("search", "a cat"));
    }

    private static string Compact(JsonElement element) => element.GetRawText().Replace(" ", "").Replace("\n", "");

    private Task<CommandRun> Run(params string[] arguments) =>
        CommandRun.Of(_archive, new CommandRun.Options { WorkingDirectory = _directory.Path }, arguments);
}
