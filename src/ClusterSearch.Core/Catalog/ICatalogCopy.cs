namespace ClusterSearch.Core.Catalog;

/// <summary>A catalogue that can write a copy of itself into a file. Others have tools of their own for that.</summary>
public interface ICatalogCopy
{
    /// <summary>Writes one state of the catalogue, durable when it returns, while others go on changing it.</summary>
    /// <param name="path">A file that is not there yet.</param>
    /// <param name="cancellation">Checked before it begins.</param>
    /// <returns>The copy, open; it is the caller's to change.</returns>
    /// <exception cref="ClusterSearchException">archive.disk_full, archive.file_system.</exception>
    Task<ICatalog> CopyAsync(string path, CancellationToken cancellation);
}
