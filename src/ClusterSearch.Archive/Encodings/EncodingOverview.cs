using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Encodings;

/// <summary>How far each encoding of an archive is.</summary>
internal static class EncodingOverview
{
    /// <param name="catalog">Where they are counted.</param>
    /// <param name="videoCount">Videos known to the archive.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>In the order in which they came.</returns>
    public static async Task<IReadOnlyList<EncodingProgress>> ListAsync(ICatalog catalog, int videoCount, CancellationToken cancellation)
    {
        var progress = new List<EncodingProgress>();
        foreach (var record in await catalog.ListEncodingsAsync(cancellation))
        {
            var ledger = await catalog.StatusAsync(record.Encoding.Id, cancellation);
            progress.Add(new EncodingProgress(EncodingSummary.Of(record.Encoding), record.IsActive, ledger, videoCount - ledger.Videos));
        }
        return progress;
    }
}
