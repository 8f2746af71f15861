using System.Runtime.CompilerServices;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Backup;

/// <summary>
/// Makes a consistent copy of an archive while it is searched and ingested: one state of the catalogue, and every vector file
/// that this state counts. The index is left out, since it is made from the vector files.
/// <para>
/// Normal operation: the catalogue is copied under another name, then the vector files are linked or copied; should one that
/// counts have been replaced in between, the catalogue is copied again. Then the new catalogue takes the old one's place, and files
/// that it does not count are deleted. A directory is a backup from its first <see cref="BackupFile"/> on.
/// Crash: an earlier backup in the directory is still whole, files of the new one lie about; the next backup goes on with them.
/// </para>
/// </summary>
internal sealed class ArchiveBackup(ArchivePorts ports, ArchiveOptions options)
{
    private const int Rounds = 5;
    private const string NewCatalog = "catalog.new.db";

    private int _files;
    private long _bytes;
    private long _bytesCopied;

    public async Task<BackupReport> RunAsync(BackupRequest request, CancellationToken cancellation)
    {
        var started = ports.Time.GetTimestamp();
        var target = options with { Directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Directory)) };
        if (ports.Catalog is not ICatalogCopy source)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"{options.Directory}: its catalogue lies in PostgreSQL: copy that with pg_dump and then the folder {Path.GetFileName(options.VectorDirectory)}, as docs/backup.md tells");
        Require(target.Directory);
        using var only = Begin(target);
        DateTimeOffset madeAt;
        int videos;
        IReadOnlyList<StoredVectorFile> uncounted;
        for (var round = 1; ; round++)
        {
            madeAt = ports.Time.GetUtcNow();
            await using var copy = await CopyCatalogAsync(source, target, cancellation);
            if (!await PlaceVectorsAsync(copy, target, request.Copy, isLastRound: round == Rounds, cancellation)) continue;
            videos = (await copy.ListVideosAsync(cancellation)).Count;
            uncounted = await ListUncountedAsync(copy, target, cancellation);
            break;
        }
        Publish(target);
        var vectors = new DirectoryRawVectorStore(target.VectorDirectory);
        foreach (var file in uncounted) await vectors.DeleteFileAsync(file, cancellation);
        new BackupFile(BackupFile.CurrentVersion, madeAt, options.Directory, videos, _files, _bytes).Write(target.Directory);
        return new BackupReport(target.Directory, videos, _files, _bytes, _bytesCopied, madeAt, ports.Time.GetElapsedTime(started));
    }

    private void Require(string target)
    {
        var archive = Path.TrimEndingDirectorySeparator(options.Directory);
        if (target == archive || target.StartsWith(archive + Path.DirectorySeparatorChar, StringComparison.Ordinal) || archive.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{target}: a backup lies neither in its archive ({archive}) nor around it");
        // Files of a first backup that was cut short count as nothing else.
        if (Directory.Exists(target) && !BackupFile.IsIn(target) && !File.Exists(Path.Combine(target, NewCatalog)) && !File.Exists(LockPath(target))
            && Directory.EnumerateFileSystemEntries(target).Any())
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{target}: expected an empty folder or an earlier backup, found other files");
    }

    private static string LockPath(string target) => Path.Combine(target, "backup.lock");

    private static FileStream Begin(ArchiveOptions target)
    {
        try
        {
            Directory.CreateDirectory(target.Directory);
            return new FileStream(LockPath(target.Directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(LockPath(target.Directory)))
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveBusy, $"{target.Directory}: another process is writing this backup; wait until it is done", fault) { IsTransient = true };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, target.Directory);
        }
    }

    private static async Task<ICatalog> CopyCatalogAsync(ICatalogCopy source, ArchiveOptions target, CancellationToken cancellation)
    {
        var path = Path.Combine(target.Directory, NewCatalog);
        DeleteDatabase(path);
        var copy = await source.CopyAsync(path, cancellation);
        try
        {
            // Without an index nothing is indexed, and the workers of the archive are not those of the backup.
            foreach (var encoding in await copy.ListEncodingsAsync(cancellation)) await copy.UnmarkIndexedAsync(null, encoding.Encoding.Id, cancellation);
            foreach (var index in await copy.Manifests.ListAsync(cancellation)) await copy.Manifests.PublishAsync(index.IndexName, index.Manifest, null, null, cancellation);
            await copy.ForgetWorkersAsync(TimeSpan.Zero, cancellation);
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }

    /// <returns>False when a file that counts is gone: the catalogue has moved on.</returns>
    private async Task<bool> PlaceVectorsAsync(ICatalog copy, ArchiveOptions target, bool mustCopy, bool isLastRound, CancellationToken cancellation)
    {
        var (from, to) = (new DirectoryRawVectorStore(options.VectorDirectory), new DirectoryRawVectorStore(target.VectorDirectory));
        (_files, _bytes) = (0, 0);
        await foreach (var (key, receipt) in ListCountedAsync(copy, cancellation))
        {
            try
            {
                _bytesCopied += SharedFile.Place(from.PathOf(key), to.PathOf(key), mayLink: !mustCopy);
            }
            catch (FileNotFoundException fault)
            {
                if (!isLastRound) return false;
                throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
                    $"{from.PathOf(key)}: a vector file that counts is missing; run `clustersearch verify --repair` and `ingest`, then the backup again", fault);
            }
            _files++;
            _bytes += receipt.ByteCount;
        }
        return true;
    }

    private static async IAsyncEnumerable<(RawVectorKey Key, RawVectorReceipt Receipt)> ListCountedAsync(
        ICatalog catalog, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var encoding in await catalog.ListEncodingsAsync(cancellation))
            foreach (var plan in await catalog.ListPlansAsync(encoding.Encoding.Id, cancellation))
                foreach (var chunk in await catalog.ListChunksAsync(plan.Video, encoding.Encoding.Id, cancellation))
                    if (chunk.State is ChunkState.Embedded or ChunkState.Indexed)
                        yield return (new RawVectorKey(plan.Video, encoding.Encoding.Id, chunk.Chunk.Index, chunk.Token!), chunk.Result!.Receipt);
    }

    private static void Publish(ArchiveOptions target)
    {
        try
        {
            // What is left of an earlier catalogue's log, and an index that somebody made of it, are not this one's.
            foreach (var suffix in new[] { "-wal", "-shm" }) File.Delete(target.CatalogPath + suffix);
            File.Move(Path.Combine(target.Directory, NewCatalog), target.CatalogPath, overwrite: true);
            if (Directory.Exists(target.IndexDirectory)) Directory.Delete(target.IndexDirectory, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, target.CatalogPath);
        }
    }

    /// <summary>What an earlier backup counted, and one that was cut short left.</summary>
    private static async Task<IReadOnlyList<StoredVectorFile>> ListUncountedAsync(ICatalog copy, ArchiveOptions target, CancellationToken cancellation)
    {
        var store = new DirectoryRawVectorStore(target.VectorDirectory);
        var uncounted = new List<StoredVectorFile>();
        foreach (var encoding in await store.ListEncodingsAsync(cancellation))
        {
            VideoId? video = null;
            var counted = new HashSet<(int, string)>();
            await foreach (var file in store.ListFilesAsync(encoding, cancellation))
            {
                if (video != file.Key.Video)
                {
                    video = file.Key.Video;
                    counted = [.. (await copy.ListChunksAsync(file.Key.Video, encoding, cancellation)).Where(chunk => chunk.State == ChunkState.Embedded)
                        .Select(chunk => (chunk.Chunk.Index, chunk.Token!))];
                }
                if (file.IsPartial || !counted.Contains((file.Key.ChunkIndex, file.Key.Token))) uncounted.Add(file);
            }
        }
        return uncounted;
    }

    private static void DeleteDatabase(string path)
    {
        foreach (var file in new[] { path, path + "-wal", path + "-shm" }) File.Delete(file);
    }
}
