using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog;

public sealed partial class SqliteCatalog : ICatalogCopy
{
    public async Task<ICatalog> CopyAsync(string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await Task.Run(() => _database.CopyTo(Path.GetFullPath(path)), cancellation);
        return await OpenAsync(path, new SqliteCatalogOptions { CreateIfMissing = false }, cancellation);
    }
}
