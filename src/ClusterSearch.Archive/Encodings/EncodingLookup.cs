using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive.Encodings;

/// <summary>Finds the encoding that a person means: by its id, the beginning of one, or its model's name.</summary>
internal static class EncodingLookup
{
    private const int ShortestPrefix = 4;

    /// <param name="catalog">Where encodings are known.</param>
    /// <param name="options">Names the archive in messages.</param>
    /// <param name="idOrName">Null: the active one.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="ClusterSearchException">archive.not_found for an archive without any; request.invalid when none is meant, or several.</exception>
    public static async Task<EncodingRecord> RequireAsync(ICatalog catalog, ArchiveOptions options, string? idOrName, CancellationToken cancellation)
    {
        if (idOrName is null)
            return await catalog.ActiveEncodingAsync(cancellation) ?? throw Empty(options);
        var all = await catalog.ListEncodingsAsync(cancellation);
        if (all.Count == 0) throw Empty(options);
        var found = all.Where(record => record.Encoding.Id == idOrName).ToList();
        if (found.Count == 0) found = [.. all.Where(record => record.Encoding.ModelName == idOrName)];
        if (found.Count == 0 && idOrName.Length >= ShortestPrefix)
            found = [.. all.Where(record => record.Encoding.Id.StartsWith(idOrName, StringComparison.Ordinal))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"{idOrName}: {options.Directory} holds no such encoding, only {Names(all)}; `clustersearch ingest --beside --model {idOrName}` makes one beside them"),
            _ => throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{idOrName}: several encodings are meant, {Names(found)}; use an id"),
        };
    }

    /// <summary>"model starter (579c7abf0b64, quantized) at 1/1, resize exact".</summary>
    public static string Describe(Encoding encoding) =>
        $"model {encoding.ModelName} ({encoding.ModelHash[..Math.Min(12, encoding.ModelHash.Length)]}, {encoding.Precision}) at {encoding.Sampling}, resize {encoding.Resize.ToString().ToLowerInvariant()}";

    private static string Names(IEnumerable<EncodingRecord> records) =>
        string.Join(", ", records.Select(record => $"{record.Encoding.Id} ({Describe(record.Encoding)})"));

    private static ClusterSearchException Empty(ArchiveOptions options) =>
        new(ErrorCodes.ArchiveNotFound, $"{options.Directory}: the archive is empty; ingest some footage first");
}
