using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;

namespace ClusterSearch.EngineConformance;

/// <summary>What one undisturbed process makes of footage, each video in one chunk.</summary>
public sealed class ReferenceRun : IAsyncDisposable
{
    private readonly OpenedArchive _archive;
    private readonly SearchEngine _search;

    private ReferenceRun(OpenedArchive archive, string digest)
    {
        (_archive, Digest) = (archive, digest);
        _search = new SearchEngine(archive.Ports, archive.Options);
    }

    public string Digest { get; }

    public ISearch Search => _search;

    public static async Task<ReferenceRun> OfAsync(string directory, string clips)
    {
        var archive = await OpenedArchive.OpenAsync(directory, new DrawnFootage());
        var engine = new IngestionEngine(archive.Ports, archive.Options);
        await engine.IngestAsync(new IngestRequest { Paths = [clips], Workers = 1, ChunkDuration = TimeSpan.FromHours(1) }, new Progress<IngestProgress>(), CancellationToken.None);
        return new ReferenceRun(archive, (await engine.VerifyAsync(new VerifyRequest { Digest = true }, CancellationToken.None)).Digest!);
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await _archive.DisposeAsync();
    }
}
