using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.EngineConformance;
using ClusterSearch.Index;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Interleaving;

/// <summary>
/// The work classes that every engine runs, driven under random interleavings of claims, completions, losses and repetitions: the
/// archive comes out as from an undisturbed run. CLUSTERSEARCH_SEED runs one seed alone; seeds are printed.
/// </summary>
public sealed class InterleavingTests
{
    private const int Rounds = 24;
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    [Fact]
    public async Task Whatever_happens_in_whatever_order_the_archive_is_that_of_an_undisturbed_run()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), 20, 1, 2);
        string digest;
        await using (var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips)) digest = reference.Digest;
        var only = Environment.GetEnvironmentVariable("CLUSTERSEARCH_SEED") is { Length: > 0 } seed ? int.Parse(seed) : (int?)null;
        var first = only ?? Random.Shared.Next(1_000_000);
        var faults = 0;
        for (var round = 0; round < (only is null ? Rounds : 1); round++)
        {
            TestContext.Current.SendDiagnosticMessage($"seed {first + round}");
            faults += await RunAsync(first + round, directory.File($"archive-{round}"), clips, digest);
        }
        Assert.True(faults > 0, "nothing went wrong, so nothing was tried");
    }

    private static async Task<int> RunAsync(int seed, string directory, string clips, string digest)
    {
        using var scheduler = new SeededScheduler(seed);
        var options = new ArchiveOptions { Directory = directory, DefaultModelDirectory = directory };
        await using var catalog = await SqliteCatalog.OpenAsync(options.CatalogPath, new SqliteCatalogOptions { ClockOffset = () => scheduler.ClockOffset }, CancellationToken.None);
        await RegisterAsync(options, catalog, clips);
        var encoding = (await catalog.ActiveEncodingAsync(CancellationToken.None))!;
        var files = new DirectoryRawVectorStore(options.VectorDirectory);
        for (var worker = 1; worker <= 3; worker++)
        {
            var name = $"worker {worker}";
            scheduler.Add(name, actor => WorkAsync(actor, Ports(actor, catalog, files), encoding));
        }
        for (var writer = 1; writer <= 2; writer++) scheduler.Add($"aggregator {writer}", actor => AggregateAsync(actor, options, catalog, files, encoding));
        try
        {
            await scheduler.RunAsync(async () =>
                (await catalog.StatusAsync(encoding.Encoding.Id, CancellationToken.None)).Chunks is var chunks && chunks.GetValueOrDefault(ChunkState.Indexed) == chunks.Values.Sum());
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"seed {seed} came to no end:\n{scheduler.History}");
        }
        await using var vectors = await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests, new EmbeddedIndexOptions(), CancellationToken.None);
        var engine = new IngestionEngine(Ports(null, catalog, files) with { Vectors = vectors }, options);
        var verified = await engine.VerifyAsync(new VerifyRequest { Digest = true }, CancellationToken.None);
        Assert.True(verified.Problems.Count == 0 && verified.Digest == digest,
            $"seed {seed}: {string.Join("; ", verified.Problems)}, digest {verified.Digest}\n{scheduler.History}");
        return scheduler.Faults;
    }

    private static ArchivePorts Ports(SeededScheduler.Actor? actor, ICatalog catalog, IRawVectorStore files) => new()
    {
        Catalog = actor?.Sees(catalog) ?? catalog,
        Vectors = null!,
        RawVectors = files,
        Footage = new DrawnFootage(),
        Models = new DrawnModels(),
        Time = new HastyTime(),
    };

    /// <summary>Five chunks a video.</summary>
    private static async Task RegisterAsync(ArchiveOptions options, SqliteCatalog catalog, string clips)
    {
        await using var vectors = await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests, new EmbeddedIndexOptions(), CancellationToken.None);
        var ports = Ports(null, catalog, new DirectoryRawVectorStore(options.VectorDirectory)) with { Vectors = vectors, Time = TimeProvider.System };
        // As beside worker processes: registered, not worked on.
        ports = ports with { Writer = new IndexWriterRole(catalog, "front", TimeSpan.FromSeconds(10), TimeProvider.System) };
        await new IngestionEngine(ports, options).IngestAsync(
            new IngestRequest { Paths = [clips], ChunkDuration = TimeSpan.FromSeconds(4), Detach = true }, new Progress<IngestProgress>(), CancellationToken.None);
    }

    private static async Task WorkAsync(SeededScheduler.Actor actor, ArchivePorts ports, EncodingRecord encoding)
    {
        var model = ports.Models.Load("", new ModelOptions());
        var work = new ChunkWork(ports, model, encoding.Encoding.Resize, null, RetryPolicy.AtOnce, new VideoBook(ports, encoding).FindAsync);
        while (actor.IsActive)
        {
            try
            {
                var outcome = await work.RunOneAsync(new ClaimRequest
                {
                    EncodingId = encoding.Encoding.Id,
                    Worker = actor.Name,
                    LeaseDuration = Lease,
                    EncoderFingerprint = model.EncoderFingerprint,
                }, CancellationToken.None);
                if (outcome is null) await actor.IdleAsync();
            }
            catch (ClusterSearchException fault) when (fault.IsTransient)
            {
                // Tries again.
            }
        }
    }

    private static async Task AggregateAsync(SeededScheduler.Actor actor, ArchiveOptions options, SqliteCatalog catalog, IRawVectorStore files, EncodingRecord encoding)
    {
        var ports = Ports(actor, catalog, files);
        var role = new IndexWriterRole(ports.Catalog, actor.Name, Lease, ports.Time);
        await using var vectors = await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests, new EmbeddedIndexOptions { WriterRole = () => role.Current }, CancellationToken.None);
        ports = ports with { Vectors = vectors, Writer = role };
        while (actor.IsActive)
        {
            try
            {
                await using var held = await role.TryTakeAsync(CancellationToken.None);
                var videos = held is null ? [] : await ports.Catalog.ListToAggregateAsync(encoding.Encoding.Id, CancellationToken.None);
                foreach (var video in videos) await new VideoAdvance(ports, new WorkerPulse(_ => { }, null)).RunAsync(encoding, video, CancellationToken.None);
                if (videos.Count == 0) await actor.IdleAsync();
            }
            catch (ClusterSearchException fault) when (fault.IsTransient || (!actor.IsDead && fault.Code == ErrorCodes.ArchiveBusy))
            {
                // Lost the role, or a call; tries again.
            }
        }
    }
}
