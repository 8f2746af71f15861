using System.Globalization;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Made-up videos for tests that need a ledger with something in it.</summary>
internal static class Footage
{
    public static Encoding Encoding { get; } = new()
    {
        ModelHash = new string('a', 64),
        ModelName = "starter",
        ModelDirectory = "/models/starter",
        Precision = "quantized",
        Dimension = 512,
        Sampling = Sampling.Default,
        Resize = ResizeMode.Exact,
    };

    public static VideoId Id(int number) => VideoId.Parse(number.ToString("x32", CultureInfo.InvariantCulture));

    public static ClaimRequest Request { get; } = new()
    {
        EncodingId = Encoding.Id,
        Worker = "test",
        LeaseDuration = TimeSpan.FromHours(1),
        EncoderFingerprint = "cpu-a",
    };

    public static Feedback Feedback(int video) => new() { QueryKey = "key", Query = "[]", Video = Id(video), Start = 0, End = 2, IsRelevant = true };

    public static ChunkResult Result(ChunkLease lease) => new(
        new RawVectorReceipt(64, lease.Token + lease.Token), lease.Chunk.Samples.Count, 0, Request.EncoderFingerprint, null);

    /// <summary>Videos 1 to n, each planned in chunks of 120 samples.</summary>
    public static async Task PlanAsync(ICatalog catalog, int videos, int chunksEach)
    {
        await catalog.PutEncodingAsync(Encoding, CancellationToken.None);
        await catalog.RegisterRootAsync("media", "/srv/media", CancellationToken.None);
        Chunk[] chunks = [.. Enumerable.Range(0, chunksEach).Select(i => new Chunk(i, new SampleRange(i * 120, (i + 1) * 120)))];
        for (var number = 1; number <= videos; number++)
        {
            await catalog.PutVideoAsync(Video(number, chunksEach * 120), CancellationToken.None);
            await catalog.RecordPlaceAsync(new PlaceRecord(new Place("media", $"{number}.mp4"), Id(number), 1, 1), CancellationToken.None);
            await catalog.PlanAsync(Id(number), Encoding.Id, chunks, null, CancellationToken.None);
        }
    }

    public static VideoRecord Video(int number, int seconds) => new()
    {
        Id = Id(number),
        Attributes = new VideoAttributes("north", null, null),
        Facts = new VideoFacts
        {
            Container = "mov,mp4,m4a,3gp,3g2,mj2",
            FileBytes = 1_000_000,
            StreamIndex = 0,
            Codec = "h264",
            TimeBase = new Rational(1, 12800),
            StartTicks = 0,
            DurationTicks = 12800L * seconds,
            CodedWidth = 1920,
            CodedHeight = 1080,
            Width = 1920,
            Height = 1080,
        },
    };
}
