using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Encodings;

/// <summary>
/// Drops an encoding: its row with plans and chunks first, in one transaction, then its index, its vector files last.
/// <para>
/// A search that is under way in it notices at its end that the row is gone and begins again in the active one: while the
/// row stood, nothing was deleted. Crash: vector files without a row are left, and with them perhaps an index; whatever
/// next changes the archive deletes both. Only for the holder of the archive's ingest lock.
/// </para>
/// </summary>
internal static class EncodingRemoval
{
    /// <exception cref="Core.ClusterSearchException">archive.encoding for the active one.</exception>
    public static async Task DropAsync(ArchivePorts ports, string encodingId, CancellationToken cancellation)
    {
        await ports.Catalog.DropEncodingAsync(encodingId, cancellation);
        await DeleteFilesAsync(ports, encodingId, cancellation);
    }

    /// <summary>Ends what a crash cut short.</summary>
    public static async Task SweepAsync(ArchivePorts ports, CancellationToken cancellation)
    {
        var listed = await ports.RawVectors.ListEncodingsAsync(cancellation);
        if (listed.Count == 0) return;
        var known = (await ports.Catalog.ListEncodingsAsync(cancellation)).Select(record => record.Encoding.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var stray in listed.Where(id => !known.Contains(id))) await DeleteFilesAsync(ports, stray, cancellation);
    }

    private static async Task DeleteFilesAsync(ArchivePorts ports, string encodingId, CancellationToken cancellation)
    {
        await ports.Vectors.DeleteEncodingAsync(encodingId, cancellation);
        await ports.RawVectors.DeleteEncodingAsync(encodingId, cancellation);
    }
}
