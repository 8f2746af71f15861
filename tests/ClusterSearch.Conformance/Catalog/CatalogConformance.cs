using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Catalog;

/// <summary>
/// What every <see cref="ICatalog"/> must do. A test class of an implementation derives from it and says how a catalogue
/// is opened; a fresh, empty store belongs to each instance of the class, that is to each test.
/// </summary>
public abstract partial class CatalogConformance : IAsyncLifetime
{
    protected static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(10);

    private readonly List<ICatalog> _opened = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One encoding that every test may use.</summary>
    protected static Encoding OneASecond { get; } = NewEncoding("1/1");

    /// <summary>Another one.</summary>
    protected static Encoding FiveASecond { get; } = NewEncoding("5/1");

    /// <summary>The catalogue under test; <see cref="OneASecond"/> is known to it and active.</summary>
    protected ICatalog Catalog { get; private set; } = null!;

    /// <summary>Opens this test's store: each call gives another instance on the same data, as another process would have it.</summary>
    protected abstract Task<ICatalog> OpenAsync();

    /// <summary>Moves the clock by which leases lapse, for every instance of this test.</summary>
    protected abstract Task AdvanceClockAsync(TimeSpan by);

    /// <summary>Checks what only the implementation can see: integrity, counters kept beside the rows.</summary>
    protected virtual Task VerifyStoreAsync() => Task.CompletedTask;

    public virtual async ValueTask InitializeAsync()
    {
        Catalog = await OpenAnotherAsync();
        await Catalog.PutEncodingAsync(OneASecond, Cancellation);
        await Catalog.RegisterRootAsync("media", "/srv/media", Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var catalog in _opened) await catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<ICatalog> OpenAnotherAsync()
    {
        var catalog = await OpenAsync();
        _opened.Add(catalog);
        return catalog;
    }

    // ---- What tests are made of ------------------------------------------------------------------------------

    protected static VideoId Id(int number) => VideoId.Parse(number.ToString("x32", CultureInfo.InvariantCulture));

    protected static Place At(string path) => new("media", path);

    protected static Encoding NewEncoding(string sampling) => new()
    {
        ModelHash = new string('a', 64),
        ModelName = "starter",
        ModelDirectory = "/models/starter",
        Precision = "quantized",
        Dimension = 512,
        Sampling = Sampling.Parse(sampling),
        Resize = ResizeMode.Exact,
        Labels = ["cat", "dog, \"small\""],
    };

    /// <summary>A video of so many seconds; other facts are those of a phone's recording.</summary>
    protected static VideoRecord Video(int number, int seconds = 60) => new()
    {
        Id = Id(number),
        Attributes = new VideoAttributes(null, null, null),
        Facts = new VideoFacts
        {
            Container = "mov,mp4,m4a,3gp,3g2,mj2",
            FileBytes = 1_000_000 + number,
            StreamIndex = 1,
            Codec = "hevc",
            TimeBase = new Rational(1001, 30000),
            StartTicks = -7,
            DurationTicks = 30000L * seconds / 1001,
            FrameRate = new Rational(30000, 1001),
            CodedWidth = 1920,
            CodedHeight = 1080,
            Width = 1080,
            Height = 1920,
            RotationDegrees = 90,
        },
    };

    /// <summary>Chunks 0, 1, … of so many samples each.</summary>
    protected static IReadOnlyList<Chunk> Chunks(params int[] sampleCounts)
    {
        var chunks = new List<Chunk>();
        long first = 0;
        foreach (var count in sampleCounts)
        {
            chunks.Add(new Chunk(chunks.Count, new SampleRange(first, first + count)));
            first += count;
        }
        return chunks;
    }

    /// <summary>Puts a video at "number.mp4" and plans it in <see cref="OneASecond"/>, or in the encoding given.</summary>
    protected async Task<VideoId> PlannedAsync(int number, int[] sampleCounts, Encoding? encoding = null, int seconds = 60)
    {
        await Catalog.PutVideoAsync(Video(number, seconds), Cancellation);
        await Catalog.RecordPlaceAsync(new PlaceRecord(At($"{number}.mp4"), Id(number), 1, 1), Cancellation);
        await Catalog.PlanAsync(Id(number), (encoding ?? OneASecond).Id, Chunks(sampleCounts), null, Cancellation);
        return Id(number);
    }

    protected static ClaimRequest Request(string fingerprint = "cpu-a", bool mixing = false, IReadOnlySet<VideoId>? videos = null, Encoding? encoding = null) => new()
    {
        EncodingId = (encoding ?? OneASecond).Id,
        Worker = "host/1/0",
        LeaseDuration = LeaseDuration,
        EncoderFingerprint = fingerprint,
        AllowMixedEncoders = mixing,
        Videos = videos,
    };

    protected Task<ChunkLease?> ClaimAsync(string fingerprint = "cpu-a", bool mixing = false, IReadOnlySet<VideoId>? videos = null) =>
        Catalog.ClaimAsync(Request(fingerprint, mixing, videos), Cancellation);

    /// <summary>Claims what must be claimable.</summary>
    protected async Task<ChunkLease> LeaseAsync(string fingerprint = "cpu-a", bool mixing = false)
    {
        var lease = await ClaimAsync(fingerprint, mixing);
        Assert.NotNull(lease);
        return lease;
    }

    /// <summary>A result for a lease: all samples but the missing ones.</summary>
    protected static ChunkResult Result(ChunkLease lease, string fingerprint = "cpu-a", long missing = 0, string? warning = null) => new(
        new RawVectorReceipt(2048 * lease.Chunk.Samples.Count, lease.Token + lease.Token), lease.Chunk.Samples.Count - missing, missing, fingerprint, warning);

    /// <summary>Claims the next chunk and commits it.</summary>
    protected async Task<ChunkLease> EmbedNextAsync(long missing = 0)
    {
        var lease = await LeaseAsync();
        Assert.True(await Catalog.CommitAsync(lease, Result(lease, missing: missing), Cancellation));
        return lease;
    }

    /// <summary>Claims the next chunk and fails it for good.</summary>
    protected async Task<ChunkLease> QuarantineNextAsync()
    {
        var lease = await LeaseAsync();
        Assert.True(await Catalog.FailChunkAsync(lease, new Failure(ErrorCodes.FootageDecode, "no frame"), permanent: true, TimeSpan.Zero, Cancellation));
        return lease;
    }

    protected async Task<ChunkRecord> ChunkAsync(VideoId video, int index) =>
        (await Catalog.ListChunksAsync(video, OneASecond.Id, Cancellation))[index];

    protected async Task<ChunkState[]> StatesAsync(VideoId video) =>
        [.. (await Catalog.ListChunksAsync(video, OneASecond.Id, Cancellation)).Select(chunk => chunk.State)];

    protected static async Task<ClusterSearchException> RefusedAsync(string code, Func<Task> call)
    {
        var fault = await Assert.ThrowsAnyAsync<ClusterSearchException>(call);
        Assert.Equal(code, fault.Code);
        Assert.DoesNotContain('\n', fault.Message);
        return fault;
    }
}
