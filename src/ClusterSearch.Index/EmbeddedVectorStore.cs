using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// The embedded vector store, first form: exact search over float32 vectors in immutable memory-mapped segments, one
/// directory an encoding. Readers take no lock and may be in other processes; the one writer holds a lock of the operating
/// system from its first write until it is disposed.
/// </summary>
public sealed class EmbeddedVectorStore : IVectorStore
{
    private const string LockName = "writer.lock";

    private readonly string _directory;
    private readonly EmbeddedIndexOptions _options;
    private readonly ConcurrentDictionary<string, EncodingIndex> _encodings = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private FileStream? _writerLock;
    private volatile bool _isDisposed;

    private EmbeddedVectorStore(string directory, EmbeddedIndexOptions options)
    {
        _directory = directory;
        _options = options;
    }

    /// <summary>Opens an index; a directory that is not there is an empty one and is made by the first write.</summary>
    public static Task<EmbeddedVectorStore> OpenAsync(string directory, EmbeddedIndexOptions options, CancellationToken cancellation)
    {
        options.Validate();
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(new EmbeddedVectorStore(Path.GetFullPath(directory), options));
    }

    /// <summary>Encodings that have a directory.</summary>
    public IReadOnlyList<string> ListEncodings() => Directory.Exists(_directory)
        ? [.. Directory.EnumerateDirectories(_directory).Where(path => File.Exists(Path.Combine(path, Manifest.FileName)))
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    public Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        if (replacements.Count == 0) return Task.CompletedTask;
        var (dimension, videos) = ReplacementContent.Of(encodingId, replacements);
        return WriteAsync(() => IndexOf(encodingId).Append(dimension, videos), cancellation);
    }

    public Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation) => WriteAsync(() =>
    {
        foreach (var encoding in encodingId is null ? ListEncodings() : [encodingId])
            IndexOf(encoding).Append(0, [new SegmentVideo(video, new VideoAttributes(null, null, null), [SampleRange.Everything], [])]);
    }, cancellation);

    public Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation) =>
        WriteAsync(() => IndexOf(encodingId).Delete(), cancellation);

    public Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IVectorSnapshot>(new IndexSnapshot(IndexOf(encodingId).Lease(), _options.ThreadCount));
    }

    /// <summary>Checks means and vectors of every segment against their checksums.</summary>
    /// <returns>A line for each part that differs.</returns>
    public Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancellation) => Task.Run<IReadOnlyList<string>>(() =>
    {
        var problems = new List<string>();
        foreach (var encoding in ListEncodings())
        {
            try
            {
                var view = IndexOf(encoding).Lease();
                try
                {
                    foreach (var segment in view.Segments) problems.AddRange(segment.Verify(cancellation).Select(fault => fault.Message));
                }
                finally
                {
                    view.Release();
                }
            }
            catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
            {
                problems.Add(fault.Message);
            }
        }
        return problems;
    }, cancellation);

    public Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>(
        Directory.Exists(_directory)
            ? [.. Directory.EnumerateDirectories(_directory).Select(path => Path.GetFileName(path)).Where(Encoding.IsId).Order(StringComparer.Ordinal)]
            : []);

    public Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation) => Task.Run<IReadOnlyList<StoreFault>>(() =>
    {
        var faults = new List<StoreFault>();
        var index = IndexOf(encodingId);
        try
        {
            var view = index.Lease();
            try
            {
                foreach (var segment in view.Segments)
                    faults.AddRange(segment.Verify(cancellation).Select(fault => new StoreFault(IsLeftover: false, fault.Message)));
            }
            finally
            {
                view.Release();
            }
            // What a writer has just written is not named yet: only while nobody writes is an unnamed segment left over.
            if (MayWrite()) faults.AddRange(index.Leftovers().Select(path => new StoreFault(IsLeftover: true, $"{path}: no manifest names this index file")));
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            faults.Add(new StoreFault(IsLeftover: false, fault.Message));
        }
        return faults;
    }, cancellation);

    public Task SweepAsync(string encodingId, CancellationToken cancellation) => WriteAsync(() => IndexOf(encodingId).SweepLeftovers(), cancellation);

    /// <summary>Waits for a write on its way; snapshots stay readable until they are disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            _isDisposed = true;
            foreach (var index in _encodings.Values) index.Close();
            _writerLock?.Dispose();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteAsync(Action write, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            TakeWriterLock();
            await Task.Run(write, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void TakeWriterLock()
    {
        if (_writerLock is not null) return;
        try
        {
            DirectoryFlush.Create(_directory);
            _writerLock = new FileStream(Path.Combine(_directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(Path.Combine(_directory, LockName)))
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveBusy,
                $"{_directory}: another process writes this index; wait until it is done, or stop it", fault)
            { IsTransient = true };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, _directory);
        }
    }

    /// <summary>Whether no other process writes at this moment.</summary>
    private bool MayWrite()
    {
        if (_writerLock is not null) return true;
        var path = Path.Combine(_directory, LockName);
        try
        {
            if (!File.Exists(path)) return true;
            using var probe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private EncodingIndex IndexOf(string encodingId) =>
        _encodings.GetOrAdd(encodingId, id => new EncodingIndex(DirectoryOf(id), _options));

    private string DirectoryOf(string encodingId) => encodingId.Length > 0 && encodingId.All(char.IsAsciiLetterOrDigit)
        ? Path.Combine(_directory, encodingId)
        : throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"an encoding's id is letters and digits, found '{encodingId}'");
}
