using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Working;

/// <summary>What is done about a video once its chunks are, or once something else is known of it.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_sweep_takes_nothing_that_was_written_since_it_began()
    {
        const string Encoding = "0123456789ab";
        var store = new DirectoryRawVectorStore(_directory.Path);
        var video = VideoId.Parse(new string('a', 32));
        var chunk = new EmbeddedChunk { Dimension = 1, Numbers = [0], Timings = [default], Vectors = [1f], LabelsPerSample = 0, Labels = [] };
        RawVectorKey Key(char token) => new(video, Encoding, 0, new string(token, 32));
        await store.WriteAsync(Key('1'), chunk, CancellationToken.None);
        await store.WriteAsync(Key('2'), chunk, CancellationToken.None);
        // Half-written: by the lease that counts, and by one that was lost.
        await File.WriteAllTextAsync(store.PathOf(Key('3')) + ".tmp", "half");
        await File.WriteAllTextAsync(store.PathOf(Key('4')) + ".tmp", "half");
        await store.SweepAsync(video, Encoding, async token =>
        {
            // A retry that was leased after the ledger was asked.
            await store.WriteAsync(Key('5'), chunk, token);
            return new HashSet<RawVectorKey> { Key('2'), Key('3') };
        }, CancellationToken.None);
        Assert.Equal([store.PathOf(Key('2')), store.PathOf(Key('3')) + ".tmp", store.PathOf(Key('5'))],
            Directory.EnumerateFiles(Path.GetDirectoryName(store.PathOf(Key('1')))!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_camera_said_later_is_found_by_filters()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.Path);
        var bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");
        await archive.IngestAsync(bunny);
        var digest = (await archive.Ingestion.VerifyAsync(new VerifyRequest { Digest = true }, CancellationToken.None)).Digest;
        var gate = new VectorFilter { Cameras = new HashSet<string> { "gate" } };
        Assert.Empty((await archive.SearchAsync("a rabbit", filter: gate)).Moments);
        await archive.IngestAsync(new IngestRequest { Paths = [bunny], Camera = "gate" });
        Assert.NotEmpty((await archive.SearchAsync("a rabbit", filter: gate)).Moments);
        var verified = await archive.Ingestion.VerifyAsync(new VerifyRequest { Digest = true }, CancellationToken.None);
        Assert.Equal((true, digest), (verified.Ok, verified.Digest));
    }
}
