using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>
/// Figures of a ledger of ten thousand hours, 300,000 chunks of two minutes. Prints and asserts no time; run with
/// <c>dotnet ClusterSearch.Catalog.Tests.dll -explicit only -class "*LedgerAtFullSize" -diagnostics</c>.
/// </summary>
public sealed class LedgerAtFullSize : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory(Explicit = true)]
    [InlineData(10_000, 30)]
    [InlineData(300_000, 1)]
    public async Task Figures(int videos, int chunksEach)
    {
        var path = _directory.File("catalog.db");
        Stopwatch watch;
        await using (var catalog = await SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation))
        {
            // As ingest does it for the first few, in one statement for the rest.
            watch = Stopwatch.StartNew();
            await Footage.PlanAsync(catalog, 200, chunksEach);
            Say($"{videos:N0} videos of {chunksEach} chunks; put, place and plan: {watch.Elapsed.TotalMilliseconds / 200:F2} ms a video");
        }
        Fill(path, videos, chunksEach);

        watch = Stopwatch.StartNew();
        await using var ledger = await SqliteCatalog.OpenAsync(path, new SqliteCatalogOptions(), Cancellation);
        Say($"open: {watch.Elapsed.TotalMilliseconds:F1} ms, file {new FileInfo(path).Length / 1e6:F0} MB");

        var claimed = new List<ChunkLease>();
        await TimeAsync("claim", 2000, async () => claimed.Add((await ledger.ClaimAsync(Footage.Request, Cancellation))!));
        var next = 0;
        await TimeAsync("commit (synced)", 2000, () => ledger.CommitAsync(claimed[next], Footage.Result(claimed[next++]), Cancellation));
        next = 0;
        await TimeAsync("mark indexed (synced)", 500, () => ledger.MarkIndexedAsync(claimed[next].Video, Footage.Encoding.Id, [claimed[next++].Chunk.Index], Cancellation));
        await TimeAsync("claim, renew, release", 500, async () =>
        {
            var lease = (await ledger.ClaimAsync(Footage.Request, Cancellation))!;
            await ledger.RenewAsync(lease, TimeSpan.FromHours(1), Cancellation);
            await ledger.ReleaseAsync(lease, Cancellation);
        });
        var everything = Enumerable.Range(1, videos).Select(Footage.Id).ToHashSet();
        await TimeAsync("claim, all videos named", 500, () => ledger.ClaimAsync(Footage.Request with { Videos = everything }, Cancellation));
        var last = new HashSet<VideoId> { Footage.Id(videos) };
        await TimeAsync("claim of the video planned last", 1, () => ledger.ClaimAsync(Footage.Request with { Videos = last }, Cancellation));
        var lastHundred = Enumerable.Range(videos - 99, 100).Select(Footage.Id).ToHashSet();
        await TimeAsync("claim among the hundred planned last (scan)", 5, () => ledger.ClaimAsync(Footage.Request with { Videos = lastHundred }, Cancellation));
        await TimeAsync("claim by another encoder", 20, () => ledger.ClaimAsync(Footage.Request with { EncoderFingerprint = "gpu-b" }, Cancellation));
        await TimeAsync("status", 10, () => ledger.StatusAsync(null, Cancellation));
        await TimeAsync("list plans", 10, () => ledger.ListPlansAsync(Footage.Encoding.Id, Cancellation));
        await TimeAsync("list to aggregate", 10, () => ledger.ListToAggregateAsync(Footage.Encoding.Id, Cancellation));
        await TimeAsync("list videos", 3, () => ledger.ListVideosAsync(Cancellation));

        watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var lease = (await ledger.ClaimAsync(Footage.Request, Cancellation))!;
                await ledger.CommitAsync(lease, Footage.Result(lease), Cancellation);
            }
        }, Cancellation)));
        Say($"claim and commit by 4 workers at once: {2000 / watch.Elapsed.TotalSeconds:N0}/s");
        DatabaseState.AssertSound(path);
    }

    private static void Fill(string path, int videos, int chunksEach) => DatabaseState.Execute(path, string.Create(CultureInfo.InvariantCulture, $"""
        BEGIN;
        CREATE TEMP TABLE more AS WITH RECURSIVE n(number) AS (SELECT 201 UNION ALL SELECT number + 1 FROM n WHERE number < {videos}) SELECT number, printf('%032x', number) AS id FROM n;
        INSERT INTO video (id, facts, duration_us, camera) SELECT more.id, facts, duration_us, camera FROM more, video WHERE video.id = printf('%032x', 1);
        INSERT INTO place SELECT 'media', number || '.mp4', id, 1, 1 FROM more;
        INSERT INTO plan (encoding, video, duration_us, planned_samples) SELECT encoding, id, duration_us, planned_samples FROM more, plan WHERE plan.number = 1 ORDER BY more.number;
        INSERT INTO chunk (plan, chunk_index, first_sample, end_sample)
            SELECT plan.number, chunk_index, first_sample, end_sample FROM plan, chunk WHERE chunk.plan = 1 AND plan.number > 200 ORDER BY plan.number, chunk_index;
        COMMIT;
        """));

    private static async Task TimeAsync(string what, int times, Func<Task> call)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < times; i++) await call();
        var each = watch.Elapsed.TotalMilliseconds / times;
        Say($"{what}: {each:F3} ms, {1000 / each:N0}/s");
    }

    private static void Say(string line) => TestContext.Current.SendDiagnosticMessage(line);
}
