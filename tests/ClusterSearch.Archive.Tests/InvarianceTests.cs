using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Rule 1: the same footage gives the same bits whatever the chunk length, the workers and the crashes between.</summary>
public sealed class InvarianceTests
{
    private static readonly string Garden = Path.Combine(TestAssets.Samples, "garden-walk.mp4");

    public static TheoryData<string, string> Footage() => new()
    {
        { "mp4", "1" },
        { "open-gop.ts", "1" },
        { "mpeg2.ts", "2" },
        { "variable.mkv", "2" },
        { "edit-list.mp4", "1" },
    };

    [Theory]
    [MemberData(nameof(Footage))]
    public async Task The_same_digest_whatever_the_chunk_duration_and_the_workers(string kind, string rate)
    {
        using var directory = new TemporaryDirectory();
        var footage = await MakeAsync(kind, directory);
        string? expected = null;
        float[]? raw = null, smoothed = null;
        foreach (var (seconds, workers) in new[] { (3600, 1), (8, 3), (7, 1), (64, 3) })
        {
            await using var archive = await TestArchive.OpenAsync(directory.File($"archive-{seconds}-{workers}"));
            var report = await archive.IngestAsync(new IngestRequest
            {
                Paths = [footage],
                ChunkDuration = TimeSpan.FromSeconds(seconds),
                Workers = workers,
                Sampling = Sampling.Parse(rate),
            });
            Assert.Empty(report.Failures);
            var verified = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(verified.Problems);
            var video = (await archive.Search.ListVideosAsync(CancellationToken.None))[0].Id;
            var rawNow = await ReadAsync(await archive.Search.ExportVectorsAsync(video, smoothed: false, CancellationToken.None));
            var smoothedNow = await ReadAsync(await archive.Search.ExportVectorsAsync(video, smoothed: true, CancellationToken.None));
            expected ??= verified.Digest;
            raw ??= rawNow;
            smoothed ??= smoothedNow;
            Assert.Equal(expected, verified.Digest);
            Assert.True(raw.AsSpan().SequenceEqual(rawNow), $"{kind}: raw vectors differ at chunks of {seconds} s");
            Assert.True(smoothed.AsSpan().SequenceEqual(smoothedNow), $"{kind}: smoothed vectors differ at chunks of {seconds} s");
        }
    }

    private static async Task<float[]> ReadAsync(VectorExport export)
    {
        float[] rows = [.. (await export.Vectors.ToListAsync()).SelectMany(piece => piece)];
        Assert.Equal(export.Samples.Count * export.Dimension, rows.Length);
        return rows;
    }

    [Fact]
    public async Task A_stopped_ingest_goes_on_where_it_was_and_ends_at_the_same_digest()
    {
        using var directory = new TemporaryDirectory();
        var request = new IngestRequest { Paths = [Garden], ChunkDuration = TimeSpan.FromSeconds(2), Workers = 1 };
        string? undisturbed;
        await using (var archive = await TestArchive.OpenAsync(directory.File("undisturbed")))
        {
            await archive.IngestAsync(request);
            undisturbed = (await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest;
        }
        await using (var archive = await TestArchive.OpenAsync(directory.File("stopped")))
        {
            using var stop = new CancellationTokenSource();
            // Stop once the first chunks are done.
            var progress = new StopAfter(stop, seconds: 4);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => archive.Ingestion.IngestAsync(request, progress, stop.Token));
            var status = await archive.Ingestion.StatusAsync(CancellationToken.None);
            Assert.DoesNotContain(status.Ledger.Chunks, state => state.Key == Core.Catalog.ChunkState.Leased && state.Value > 0);
        }
        await using (var archive = await TestArchive.OpenAsync(directory.File("stopped")))
        {
            var report = await archive.IngestAsync(request);
            Assert.Empty(report.Failures);
            Assert.True(report.SecondsOfFootage < 31, $"{report.SecondsOfFootage} s were done again");
            var verified = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(verified.Problems);
            Assert.Equal(undisturbed, verified.Digest);
        }
    }

    [Fact]
    public async Task A_chunk_that_comes_late_gives_the_digest_and_index_of_an_undisturbed_run()
    {
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var request = new IngestRequest { Paths = [Garden], ChunkDuration = TimeSpan.FromSeconds(5), Workers = 2 };
        await archive.IngestAsync(request);
        var whole = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        var encoding = (await archive.Ports.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var video = (await archive.Search.ListVideosAsync(CancellationToken.None))[0].Id;
        foreach (var late in new[] { 0, 2, 5 })
        {
            // Chunk `late` is lost and quarantined: the rest is written as if there were a gap.
            await archive.Ports.Catalog.RequeueAsync(video, encoding, [late], CancellationToken.None);
            var lease = await archive.Ports.Catalog.ClaimAsync(new Core.Catalog.ClaimRequest
            {
                EncodingId = encoding,
                Worker = "test",
                LeaseDuration = TimeSpan.FromMinutes(1),
                EncoderFingerprint = "another",
                AllowMixedEncoders = true,
            }, CancellationToken.None);
            Assert.Equal(late, lease!.Chunk.Index);
            await archive.Ports.Catalog.FailChunkAsync(lease, new Core.Catalog.Failure("footage.decode_failed", "made to fail"), permanent: true, TimeSpan.Zero, CancellationToken.None);
            await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
            var gap = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(gap.Problems);
            Assert.NotEqual(whole.Digest, gap.Digest);

            Assert.Equal(1, await archive.Ingestion.RetryAsync(null, CancellationToken.None));
            await archive.IngestAsync(request);
            var healed = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
            Assert.Empty(healed.Problems);
            Assert.Equal(whole.Digest, healed.Digest);
        }
    }

    private static async Task<string> MakeAsync(string kind, TemporaryDirectory directory)
    {
        var path = directory.File($"footage-{kind}");
        string[] small = ["-i", Garden, "-an", "-sn", "-vf", "scale=320:180"];
        switch (kind)
        {
            case "mp4":
                return Garden;
            case "open-gop.ts":
                await FfmpegFootage.RunAsync([.. small, "-c:v", "libx264", "-preset", "veryfast", "-x264-params", "keyint=90:min-keyint=90:open-gop=1:bframes=3:scenecut=0", path]);
                return path;
            case "mpeg2.ts":
                await FfmpegFootage.RunAsync([.. small, "-c:v", "mpeg2video", "-b:v", "1M", "-g", "33", "-bf", "2", path]);
                return path;
            case "variable.mkv":
                await FfmpegFootage.RunAsync(["-i", Garden, "-an", "-sn", "-vf", "scale=320:180,select='not(mod(n,7))+not(mod(n,11))'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-g", "20", path]);
                return path;
            case "edit-list.mp4":
                // Copied from the middle of a group of pictures: an edit list hides the frames before 3.3 s.
                await FfmpegFootage.RunAsync("-ss", "3.3", "-i", Garden, "-map", "0:v", "-c", "copy", path);
                return path;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown footage");
        }
    }

    private sealed class StopAfter(CancellationTokenSource stop, double seconds) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value)
        {
            if (value.SecondsDone >= seconds) stop.Cancel();
        }
    }
}
