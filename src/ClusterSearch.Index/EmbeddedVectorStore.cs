using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// The embedded vector store: one-bit codes of what footage shows and its samples in bytes, in immutable memory-mapped segments, one
/// directory an encoding; a register says which state of each is current. What is searched, and what it may miss: <see cref="Scoring.VectorSearch"/>. Readers take no lock and may be in other processes
/// and on other hosts. The one writer acts in a role that the register knows, or, where a single process writes, holds a lock of the
/// operating system from its first write until it is disposed. A writer that lost its role is told archive.busy (transient)
/// and has changed nothing; the store can go on to read, and to write under a new role.
/// </summary>
public sealed class EmbeddedVectorStore : IVectorStore
{
    private const string LockName = "writer.lock";

    // Rounding to bytes: its standard deviation is .0003 at 512 dimensions and .0008 at 64, of which five are one in a million.
    private const float ScoreErrorBound = 4e-3f;

    /// <summary>More segments than this beyond the finished ones, and writers wait for merges.</summary>
    private const int UnmergedSegments = 64;

    private readonly string _directory;
    private readonly IManifestRegister _manifests;
    private readonly EmbeddedIndexOptions _options;
    private readonly ConcurrentDictionary<string, EncodingIndex> _encodings = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SearchTraffic _traffic = new();
    private FileStream? _writerLock;
    private volatile bool _isDisposed;

    private EmbeddedVectorStore(string directory, IManifestRegister manifests, EmbeddedIndexOptions options)
    {
        _directory = directory;
        _manifests = manifests;
        _options = options;
    }

    /// <summary>Opens an index; a directory that is not there is an empty one and is made by the first write.</summary>
    /// <param name="directory">On every host the same files.</param>
    /// <param name="manifests">The catalogue's; an index goes by its encoding's id there. Not disposed here.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops opening.</param>
    public static Task<EmbeddedVectorStore> OpenAsync(
        string directory, IManifestRegister manifests, EmbeddedIndexOptions options, CancellationToken cancellation)
    {
        options.Validate();
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(new EmbeddedVectorStore(Path.GetFullPath(directory), manifests, options));
    }

    /// <summary>Encodings that hold something, and emptied ones that were not deleted, ordered by id.</summary>
    public async Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation)
    {
        var registered = (await _manifests.ListAsync(cancellation)).Select(index => index.IndexName);
        // Those of a release without a register, unless it names another manifest by now.
        var older = Directory.Exists(_directory)
            ? Directory.EnumerateDirectories(_directory).Where(path => File.Exists(Path.Combine(path, IndexFiles.OldManifest))).Select(path => Path.GetFileName(path))
            : [];
        return [.. registered.Union(older, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    /// <remarks>Calls that wait while another is under way are written together with one flush.</remarks>
    /// <exception cref="ClusterSearchException">Also archive.busy (transient): another process is the writer; archive.unreachable (transient).</exception>
    public Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        if (replacements.Count == 0) return Task.CompletedTask;
        cancellation.ThrowIfCancellationRequested();
        var dimension = ReplacementCheck.DimensionOf(encodingId, replacements);
        // On the processors' free share, while others write: what waits for its turn is small.
        var content = Task.Run(() => ReplacementContent.Quantise(replacements, dimension, _options.ThreadCount, _traffic), CancellationToken.None);
        return WriteAsync(IndexOf(encodingId), new PendingReplacement(dimension, replacements.Sum(one => one.Units.Sum(unit => (long)unit.Count)), content), cancellation);
    }

    /// <summary>Ends when nothing is left to merge, or a fault has put merging off; writes need not wait for it.</summary>
    public Task CompactAsync(string encodingId, CancellationToken cancellation)
    {
        var compactor = IndexOf(encodingId).Compactor;
        compactor.Wake();
        return compactor.SettleAsync().WaitAsync(cancellation);
    }

    public float ScoreTolerance => ScoreErrorBound;

    public async Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation)
    {
        foreach (var encoding in encodingId is null ? await ListEncodingsAsync(cancellation) : [encodingId])
        {
            var nothing = new QuantisedReplacement(video, new VideoAttributes(null, null, null), SampleRange.Everything, []);
            await WriteAsync(IndexOf(encoding), new PendingReplacement(0, 0, Task.FromResult<IReadOnlyList<QuantisedReplacement>>([nothing])), cancellation);
        }
    }

    public async Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation)
    {
        var index = IndexOf(encodingId);
        await _writing.WaitAsync(cancellation);
        try
        {
            await WriteAsync(index.Writer.DeleteAsync);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc />
    /// <remarks>While the register cannot be reached, the last state that this store has seen.</remarks>
    public async Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new IndexSnapshot(await IndexOf(encodingId).Current.LeaseForReadingAsync(cancellation), _options, _traffic);
    }

    public async Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation)
    {
        try
        {
            var view = (await IndexOf(encodingId).Current.LeaseAsync(cancellation)).View;
            try
            {
                return await Task.Run<IReadOnlyList<StoreFault>>(
                    () => [.. Enumerable.Range(0, view.Segments.Count).SelectMany(segment => LiveFaults(view, segment, cancellation))], cancellation);
            }
            finally
            {
                view.Release();
            }
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            return [new StoreFault(fault.Message, null)];
        }
    }

    /// <summary>Damage to what is hidden changes no answer: a merge drops it.</summary>
    private static IEnumerable<StoreFault> LiveFaults(IndexView view, int segment, CancellationToken cancellation)
    {
        foreach (var fault in view.Segments[segment].Verify(cancellation))
        {
            if (fault.Videos is not { } videos)
            {
                yield return fault;
                continue;
            }
            List<VideoId> live = [.. videos.Where(video => view.Find(video)?.Runs.Any(run => run.Segment == segment) == true)];
            if (live.Count > 0) yield return fault with { Videos = live };
        }
    }

    /// <summary>Checks every encoding.</summary>
    /// <returns>A line for each part that differs.</returns>
    public async Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancellation)
    {
        var problems = new List<string>();
        foreach (var encoding in await ListEncodingsAsync(cancellation)) problems.AddRange((await CheckAsync(encoding, cancellation)).Select(fault => fault.Message));
        return problems;
    }

    /// <summary>Waits for a write on its way; snapshots stay readable until they are disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var index in _encodings.Values) await index.Compactor.DisposeAsync();
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            _isDisposed = true;
            foreach (var index in _encodings.Values) index.Current.Close();
            _writerLock?.Dispose();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whoever comes to write first takes along those who wait.</summary>
    private async Task WriteAsync(EncodingIndex index, PendingReplacement replacement, CancellationToken cancellation)
    {
        index.Waiting.Add(replacement);
        try
        {
            await _writing.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!index.Waiting.TryRemove(replacement))
        {
            // Under way already.
            await replacement.Written;
            return;
        }
        try
        {
            while (!replacement.IsTaken) await WriteGroupAsync(index);
        }
        finally
        {
            _writing.Release();
        }
        await replacement.Written;
        index.Compactor.Wake();
        if (!_options.CompactInBackground || index.Current.SegmentCount > UnmergedSegments + index.Current.SampleCount / Math.Max(1, _options.MaximumMergedSamples / 2))
            await index.Compactor.SettleAsync();
    }

    private async Task InTurnAsync(Func<Task> act)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            await act();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteGroupAsync(EncodingIndex index)
    {
        var group = index.Waiting.TakeGroup();
        try
        {
            await WriteAsync(role => index.Writer.AppendAsync(group, role));
            foreach (var one in group) one.Succeed();
        }
        catch (Exception fault)
        {
            foreach (var one in group) one.Fail(fault);
        }
    }

    private async Task WriteAsync(Func<RoleLease?, Task> write)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var role = Role();
        DirectoryFlush.Create(_directory);
        if (role is null) TakeWriterLock();
        foreach (var index in _encodings.Values) index.Writer.DeleteRetired(role);
        await Task.Run(() => write(role));
    }

    private RoleLease? Role() => _options.WriterRole is { } held ? held() ?? throw IndexFaults.NoRole(_directory) : null;

    private void TakeWriterLock()
    {
        if (_writerLock is not null) return;
        try
        {
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

    private EncodingIndex IndexOf(string encodingId) =>
        _encodings.GetOrAdd(encodingId, id => new EncodingIndex(DirectoryOf(id), id, this));

    private string DirectoryOf(string encodingId) => encodingId.Length > 0 && encodingId.All(char.IsAsciiLetterOrDigit)
        ? Path.Combine(_directory, encodingId)
        : throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"an encoding's id is letters and digits, found '{encodingId}'");

    /// <summary>One encoding: what is current, who changes it, and what waits to be written.</summary>
    private sealed class EncodingIndex
    {
        public EncodingIndex(string directory, string encodingId, EmbeddedVectorStore store)
        {
            var options = store._options;
            var logger = options.Logs.CreateLogger(typeof(EmbeddedVectorStore).FullName!);
            Current = new CurrentIndex(directory, encodingId, store._manifests, logger);
            Writer = new IndexWriter(directory, encodingId, store._manifests, Current, options, store._traffic);
            Compactor = new IndexCompactor(Writer, Current, options, store.Role, store.InTurnAsync, logger);
        }

        public CurrentIndex Current { get; }

        public IndexWriter Writer { get; }

        public IndexCompactor Compactor { get; }

        public ReplacementQueue Waiting { get; } = new();
    }
}
