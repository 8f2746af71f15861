using ClusterSearch.Archive;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;
using ClusterSearch.Media;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>An index of made footage with the catalogue beside it, and the three searches that are measured.</summary>
internal sealed class IndexUnderTest : IAsyncDisposable
{
    private readonly SqliteCatalog _catalog;
    private readonly ArchivePorts _ports;
    private readonly MadeFootage _footage;

    private IndexUnderTest(string directory, SqliteCatalog catalog, EmbeddedVectorStore store, MadeFootage footage)
    {
        (_catalog, _footage) = (catalog, footage);
        Store = store;
        _ports = new ArchivePorts
        {
            Catalog = catalog,
            Vectors = store,
            RawVectors = new DirectoryRawVectorStore(Path.Combine(directory, "vectors")),
            Footage = new FfmpegFootageReader(new MediaOptions()),
            Models = new ModelLoader(),
        };
        Encoding = new Encoding
        {
            ModelHash = "made",
            ModelName = "made",
            ModelDirectory = directory,
            Precision = "fp32",
            Dimension = footage.Model.Dimension,
            Sampling = Sampling.Default,
            Resize = ResizeMode.Exact,
        };
    }

    public EmbeddedVectorStore Store { get; }

    public Encoding Encoding { get; }

    /// <summary>Where the index's files lie.</summary>
    public static string IndexDirectory(string directory) => Path.Combine(directory, "index");

    public static async Task<IndexUnderTest> OpenAsync(string directory, MadeFootage footage, EmbeddedIndexOptions options)
    {
        Directory.CreateDirectory(directory);
        var catalog = await SqliteCatalog.OpenAsync(Path.Combine(directory, "catalog.db"), new SqliteCatalogOptions(), CancellationToken.None);
        var store = await EmbeddedVectorStore.OpenAsync(IndexDirectory(directory), catalog.Manifests, options, CancellationToken.None);
        return new IndexUnderTest(directory, catalog, store, footage);
    }

    /// <summary>A search for moments by dates asks the catalogue when a video was recorded.</summary>
    public async Task RegisterAsync(MadeFootage footage, IEnumerable<int> videos)
    {
        await _catalog.PutEncodingAsync(Encoding, CancellationToken.None);
        foreach (var video in videos)
        {
            var facts = new VideoFacts
            {
                Container = "made",
                FileBytes = 1,
                StreamIndex = 0,
                Codec = "none",
                TimeBase = new Rational(1, 1),
                StartTicks = 0,
                DurationTicks = footage.SamplesOf(video),
                CodedWidth = 640,
                CodedHeight = 360,
                Width = 640,
                Height = 360,
            };
            await _catalog.PutVideoAsync(new VideoRecord { Id = footage.IdOf(video), Facts = facts, Attributes = MadeFootage.AttributesOf(video) }, CancellationToken.None);
            var grid = SampleGrid.Create(facts, Encoding.Sampling);
            await _catalog.PlanAsync(footage.IdOf(video), Encoding.Id, ChunkPlan.For(grid, ChunkPlan.DefaultChunkDuration), null, CancellationToken.None);
        }
    }

    public Task<IVectorSnapshot> SnapshotAsync() => Store.SnapshotAsync(Encoding.Id, CancellationToken.None);

    /// <summary>One search as a user's query does it: a snapshot of its own, then the answer.</summary>
    public async Task<IReadOnlyList<Scored>> SearchAsync(TruthKind kind, float[] query, VectorFilter filter, int count)
    {
        if (kind == TruthKind.Moments)
        {
            using var session = await SearchSession.OpenAsync(_ports, Encoding, CancellationToken.None);
            var found = await new QueryFanOut(session, MomentOptions.Default).FindAsync(query, filter, count, SmoothingMethod.Shot, CancellationToken.None);
            return [.. found.Moments.Select(moment => new Scored(moment.Score, _footage.NumberOf(moment.Video), moment.Samples.First, moment.Samples.End))];
        }
        using var snapshot = await SnapshotAsync();
        if (kind == TruthKind.Samples)
        {
            var samples = await snapshot.SearchSamplesAsync([query], filter, count, CancellationToken.None);
            return [.. samples[0].Select(hit => new Scored(hit.Score, _footage.NumberOf(hit.Video), hit.Number, hit.Number + 1))];
        }
        var units = await snapshot.SearchUnitsAsync([query], filter, count, CancellationToken.None);
        return [.. units[0].Select(hit => new Scored(hit.UpperBound, _footage.NumberOf(hit.Unit.Video), hit.Unit.FirstSample, hit.Unit.FirstSample + hit.Unit.Count))];
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _catalog.DisposeAsync();
    }
}
