using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.EngineConformance;

/// <summary>What every engine must do, whoever runs the work: tasks of one process, worker processes, grains of a cluster.</summary>
public abstract class EngineConformance
{
    private const int Seconds = 40;
    private static readonly TimeSpan ChunkDuration = TimeSpan.FromSeconds(4);

    /// <param name="directory">Of the archive, empty.</param>
    /// <param name="footage">What is decoded.</param>
    /// <param name="before">Stands before the catalogue of whoever works; null: nothing does.</param>
    /// <param name="vectorsBefore">Stands before the vector store of everybody; null: nothing does.</param>
    protected abstract Task<EngineUnderTest> OpenAsync(
        string directory, DrawnFootage footage, Func<ICatalog, ICatalog>? before = null, Func<IVectorStore, IVectorStore>? vectorsBefore = null);

    [Fact]
    public async Task The_archive_is_the_one_that_an_undisturbed_process_makes()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 1, 2, 3);
        var footage = new DrawnFootage();
        await using var engine = await OpenAsync(directory.File("archive"), footage);
        var report = await engine.IngestAsync(Request(clips));
        Assert.Equal((3, 3, 0), (report.Files, report.Added, report.Failures.Count));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
        var again = await engine.IngestAsync(Request(clips));
        Assert.Equal((0, 3), (again.Added, again.Unchanged));
        await RequireSameAsync(reference, engine);
    }

    [Fact]
    public async Task A_search_finds_what_an_undisturbed_process_finds()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, [.. Enumerable.Range(10, 8)]);
        await using var engine = await OpenAsync(directory.File("archive"), new DrawnFootage());
        await engine.IngestAsync(Request(clips));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        foreach (var text in (string[])["a cat", "rain on a window", "nothing of the kind"])
            foreach (var top in (int[])[1, 7, 200])
            {
                var request = new SearchRequest { Parts = [new TextPart(text)], Top = top };
                var expected = await reference.Search.SearchAsync(request, CancellationToken.None);
                var found = await engine.Search.SearchAsync(request, CancellationToken.None);
                Assert.Equal(Describe(expected), Describe(found));
                Assert.Equal((expected.Coverage.Samples, 0), (found.Coverage.Samples, found.Coverage.UnansweredShards.Count));
            }
    }

    [Fact]
    public async Task An_exact_search_finds_what_the_index_misses()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, [.. Enumerable.Range(30, 6)]);
        await using var engine = await OpenAsync(directory.File("archive"), new DrawnFootage(), vectorsBefore: ForgetfulVectors.Before);
        await engine.IngestAsync(Request(clips));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        var request = new SearchRequest { Parts = [new TextPart("a cat")], Top = 9 };
        // So small an archive is searched exactly by an index that forgets nothing.
        var expected = await reference.Search.SearchAsync(request, CancellationToken.None);
        Assert.Equal(9, expected.Moments.Count);
        Assert.Empty((await engine.Search.SearchAsync(request, CancellationToken.None)).Moments);
        var found = await engine.Search.SearchAsync(request with { Exact = true }, CancellationToken.None);
        Assert.Equal(Describe(expected), Describe(found));
        Assert.Contains(found.Explanation, line => line.Contains("by upper bound, none missed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_video_fails_alone()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 4, 5);
        await File.WriteAllTextAsync(Path.Combine(clips, "poison.mp4"), "not drawn");
        await using var engine = await OpenAsync(directory.File("archive"), new DrawnFootage());
        var report = await engine.IngestAsync(Request(clips));
        Assert.Equal(ErrorCodes.FootageNotVideo, Assert.Single(report.Failures).Code);
        File.Delete(Path.Combine(clips, "poison.mp4"));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
    }

    [Fact]
    public async Task A_chunk_that_the_decoder_refuses_is_a_gap_until_it_is_tried_again()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 6, 7);
        var isBroken = true;
        var footage = new DrawnFootage
        {
            BeforeDecoding = (request, _) => isBroken && request.Samples.First == 12 && request.Path.EndsWith("clip-6.mp4", StringComparison.Ordinal)
                ? throw new ClusterSearchException(ErrorCodes.FootageDecode, $"{request.Path}: refused")
                : Task.CompletedTask,
        };
        await using var engine = await OpenAsync(directory.File("archive"), footage);
        await engine.IngestAsync(Request(clips));
        var status = await engine.Catalog.StatusAsync(null, CancellationToken.None);
        Assert.Equal((1, 19, 1), (status.Chunks[ChunkState.Quarantined], status.Chunks[ChunkState.Indexed], status.PartialVideos));
        Assert.Equal(4, status.MissingSamples);

        isBroken = false;
        Assert.Equal(1, await engine.Ingestion.RetryAsync(null, CancellationToken.None));
        await engine.IngestAsync(Request(clips));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
    }

    [Fact]
    public async Task A_decoder_that_crashes_once_costs_an_attempt_and_nothing_else()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 8);
        var crashes = 1;
        var footage = new DrawnFootage
        {
            BeforeDecoding = (request, _) => request.Samples.First == 8 && Interlocked.Decrement(ref crashes) >= 0
                ? throw new ClusterSearchException(ErrorCodes.FootageDecoderCrashed, $"{request.Path}: crashed")
                : Task.CompletedTask,
        };
        await using var engine = await OpenAsync(directory.File("archive"), footage);
        var report = await engine.IngestAsync(Request(clips));
        Assert.Empty(report.Failures);
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
    }

    [Fact]
    public async Task A_worker_that_dies_in_mid_chunk_loses_and_doubles_nothing()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 9, 20);
        var (underWay, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var footage = new DrawnFootage
        {
            BeforeDecoding = async (request, cancellation) =>
            {
                if (request.Samples.First < 12) return;
                underWay.TrySetResult();
                await goOn.Task.WaitAsync(cancellation);
            },
        };
        await using var engine = await OpenAsync(directory.File("archive"), footage);
        await engine.IngestThroughCrashAsync(Request(clips), underWay.Task, goOn.SetResult);
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
        Assert.True((await engine.Catalog.StatusAsync(null, CancellationToken.None)).Takeovers > 0, "no lease was lost, so nobody died");
    }

    [Fact]
    public async Task Calls_whose_answers_are_lost_count_once()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 21, 22);
        var calls = 0;
        await using var engine = await OpenAsync(directory.File("archive"), new DrawnFootage(), catalog => CatalogProxy.Before(catalog, async (name, call) =>
        {
            await call();
            // The caller hears of every third commit or mark at its second try only.
            if (name is nameof(ICatalog.CommitAsync) or nameof(ICatalog.MarkIndexedAsync) && Interlocked.Increment(ref calls) % 3 == 0)
                throw new ClusterSearchException(ErrorCodes.ArchiveUnreachable, "the answer was lost") { IsTransient = true };
        }));
        await engine.IngestAsync(Request(clips));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
        Assert.True(calls > 6, $"{calls} calls");
    }

    [Fact]
    public async Task A_removed_video_is_found_no_more_and_the_others_stay()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 23, 24, 25);
        await using var engine = await OpenAsync(directory.File("archive"), new DrawnFootage());
        await engine.IngestAsync(Request(clips));
        var gone = await engine.Search.ResolveVideoAsync("clip-24.mp4", CancellationToken.None);
        await engine.Ingestion.RemoveVideoAsync(gone, CancellationToken.None);
        var answer = await engine.Search.SearchAsync(new SearchRequest { Parts = [new TextPart("anything")], Top = 100 }, CancellationToken.None);
        Assert.DoesNotContain(answer.Moments, moment => moment.Video == gone);
        File.Delete(Path.Combine(clips, "clip-24.mp4"));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        await RequireSameAsync(reference, engine);
    }

    private static IngestRequest Request(string clips) => new() { Paths = [clips], ChunkDuration = ChunkDuration };

    private static async Task RequireSameAsync(ReferenceRun reference, EngineUnderTest engine)
    {
        var verified = await engine.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(verified.Problems);
        Assert.Equal(reference.Digest, verified.Digest);
    }

    private static IReadOnlyList<(VideoId, double, double, double, float, double?)> Describe(SearchAnswer answer) =>
        [.. answer.Moments.Select(moment => (moment.Video, moment.Start, moment.End, moment.KeyFrame, moment.Score, moment.Relevance))];
}
