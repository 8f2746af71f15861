using ClusterSearch.Archive;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;
using ClusterSearch.Milvus;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Hosting;

/// <summary>
/// Opens the vector store of an archive: the one that it was begun with, which archive.json remembers. Another one holds nothing
/// of it; only whoever writes all vectors anew may go there.
/// </summary>
internal sealed class VectorStores(ArchiveOptions options, ICatalog catalog, IRawVectorStore rawVectors, IndexWriterRole? writer, ILoggerFactory logs)
{
    public const string Embedded = "embedded";

    /// <summary>user:password or a key, so that neither stands in a list of processes or in archive.json.</summary>
    private const string TokenVariable = "CLUSTERSEARCH_MILVUS_TOKEN";

    /// <summary>A PEM file with the authority that signed the server's certificate.</summary>
    private const string AuthorityVariable = "CLUSTERSEARCH_MILVUS_CA";

    /// <exception cref="ClusterSearchException">request.invalid for an address that does not serve or is not this archive's; archive.unreachable and what else the store says.</exception>
    public async Task<IVectorStore> OpenAsync(ArchiveAddress address, OpenMode mode, CancellationToken cancellation)
    {
        var (kept, prefix) = ArchiveFile.ReadVectors(options.Directory);
        var wanted = address.Vectors ?? kept ?? Embedded;
        if (wanted != Embedded && !MilvusAddress.IsOne(wanted))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"--vectors: expected milvus:http://host:19530 or {Embedded}, found '{wanted.Split('@')[^1]}'");
        if (!IsSame(wanted, kept ?? Embedded))
        {
            var mayBegin = mode is OpenMode.Create or OpenMode.Work && kept is null && (await catalog.ListEncodingsAsync(cancellation)).Count == 0;
            if (!mayBegin && !address.MovesVectors)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                    $"{options.Directory}: this archive has its vectors in {kept ?? Embedded}, another place was named; leave --vectors out, or move them with `clustersearch reindex --vectors {NameOf(wanted)}`");
            prefix = null;
        }
        var store = wanted == Embedded ? await OpenEmbeddedAsync(cancellation) : await OpenMilvusAsync(wanted, prefix ??= NewPrefix(), cancellation);
        try
        {
            await RememberAsync(address, mode, kept, wanted, prefix, cancellation);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private async Task<IVectorStore> OpenEmbeddedAsync(CancellationToken cancellation) => await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests,
        new EmbeddedIndexOptions { Logs = logs, WriterRole = writer is null ? null : () => writer.Current }, cancellation);

    private async Task<IVectorStore> OpenMilvusAsync(string text, string prefix, CancellationToken cancellation)
    {
        var address = MilvusAddress.Parse(text);
        var settings = MilvusSettings.Apply(text, new MilvusOptions
        {
            Address = address with
            {
                Token = address.Token ?? Variable(TokenVariable),
                AuthorityFile = Variable(AuthorityVariable),
            },
            Prefix = prefix,
            Logs = logs,
            WriterRole = writer is null ? null : () => writer.Current,
        });
        return await MilvusVectorStore.OpenAsync(catalog.Manifests, new LedgerSampleVectors(catalog, rawVectors, TimeProvider.System), settings, cancellation);
    }

    private async Task RememberAsync(ArchiveAddress address, OpenMode mode, string? kept, string wanted, string? prefix, CancellationToken cancellation)
    {
        var name = wanted == Embedded ? null : NameOf(wanted);
        if (name == kept || mode == OpenMode.Read) return;
        // Until all is written anew nothing is there: what the ledger calls indexed would not be found.
        if (address.MovesVectors && !IsSame(wanted, kept ?? Embedded))
            foreach (var encoding in await catalog.ListEncodingsAsync(cancellation)) await catalog.UnmarkIndexedAsync(null, encoding.Encoding.Id, cancellation);
        ArchiveFile.WriteVectors(options.Directory, name, name is null ? null : prefix);
    }

    /// <summary>Whether two addresses name one place, whatever their options.</summary>
    private static bool IsSame(string left, string right) => left == right
        || (MilvusAddress.IsOne(left) && MilvusAddress.IsOne(right) && MilvusAddress.Parse(left).ToString() == MilvusAddress.Parse(right).ToString());

    /// <summary>As it may be shown and kept: options, and neither user nor password.</summary>
    private static string NameOf(string address) => !MilvusAddress.IsOne(address) ? address
        : MilvusAddress.Parse(address) + (address.Contains('?', StringComparison.Ordinal) ? address[address.IndexOf('?', StringComparison.Ordinal)..] : "");

    /// <summary>Not the archive's id: a copy of an archive must not share its collections.</summary>
    private static string NewPrefix() => "clustersearch_" + Guid.NewGuid().ToString("N")[..12];

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
