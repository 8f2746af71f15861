using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Index;

/// <summary>A state of an encoding and where it stands written.</summary>
/// <param name="Name">Of its manifest in the register; null while the register names none: then the index is empty, or of a release without one.</param>
/// <param name="Manifest">What that file says.</param>
/// <param name="View">Leased for whoever was given this state.</param>
internal sealed record IndexState(string? Name, Manifest Manifest, IndexView View)
{
    /// <summary>Files that this state needs.</summary>
    public IEnumerable<string> Files => [.. Manifest.Segments, Name ?? IndexFiles.OldManifest];
}

/// <summary>
/// One encoding's current state, open for reading.
/// <para>
/// Normal operation: the register is asked each time; while it names the manifest that is open here, no file is looked at. A
/// new one is read and its new segments are mapped, under a lock; what readers hold stays mapped, whatever is deleted.
/// A file that is gone by then was replaced in the meantime: the register is asked again.
/// </para>
/// <para>
/// Register out of reach: readers go on with the state that is open. It was current when the register was last heard and may
/// be behind by what was published since; a process that has none open cannot tell what is current and fails.
/// </para>
/// </summary>
internal sealed class CurrentIndex(string directory, string indexName, IManifestRegister register, ILogger logger)
{
    /// <summary>How long a reader waits for the register when it could go on without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private IndexState? _state;
    private bool _isClosed;
    private bool _isBehind;

    // Questions to the register are numbered: an answer to an earlier one never takes the place of a later one's.
    private long _lastQuestion;
    private long _answeredQuestion;

    /// <summary>Of the state that is open here.</summary>
    public int SegmentCount => Volatile.Read(ref _state)?.View.Segments.Count ?? 0;

    /// <summary>Of the state that is open here.</summary>
    public long SampleCount => Volatile.Read(ref _state)?.View.SampleCount ?? 0;

    /// <summary>The newest state that can be had, leased for the caller.</summary>
    public async Task<IndexView> LeaseForReadingAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Volatile.Read(ref _state) is not null) patience.CancelAfter(Patience);
        try
        {
            var state = await LeaseAsync(patience.Token);
            Report(null);
            return state.View;
        }
        catch (Exception fault) when (fault is ClusterSearchException { IsTransient: true } || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            lock (_lock)
            {
                if (_state is null) throw;
                ObjectDisposedException.ThrowIf(_isClosed, this);
                Report(fault);
                return Leased(_state).View;
            }
        }
    }

    /// <summary>The state that the register names now, leased for the caller.</summary>
    public async Task<IndexState> LeaseAsync(CancellationToken cancellation)
    {
        var missed = (Tries: 0, Name: (string?)null);
        while (true)
        {
            var question = Interlocked.Increment(ref _lastQuestion);
            var name = await register.CurrentAsync(indexName, cancellation);
            var isAsBefore = missed.Tries > 0 && missed.Name == name;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                if (_state is not null && (question < _answeredQuestion || IsOpen(_state, name))) return Leased(_state);
                try
                {
                    var path = Path.Combine(directory, name ?? IndexFiles.OldManifest);
                    if (Manifest.Read(path) is { } manifest) return Adopt(name, manifest, question);
                    // A manifest of a release without a register goes once the register names one: only said twice does "none" mean empty.
                    if (isAsBefore && name is null) return Adopt(null, Manifest.Empty, question);
                    if (isAsBefore) throw IndexFaults.Corrupt(path, "it is missing");
                }
                catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
                {
                    if (isAsBefore) throw IndexFaults.Corrupt(directory, $"a segment of its manifest is missing ({fault.Message})", fault);
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
                {
                    throw IndexFaults.Reading(fault, directory);
                }
            }
            missed = (missed.Tries + 1, name);
        }
    }

    /// <summary>Goes over to the state that this process has just published.</summary>
    /// <returns>Leased for the caller; null when others have replaced it since, and its files are gone.</returns>
    public IndexState? Adopt(string? name, Manifest manifest)
    {
        var question = Interlocked.Increment(ref _lastQuestion);
        try
        {
            lock (_lock) return Adopt(name, manifest, question);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Reading(fault, directory);
        }
    }

    /// <summary>Closes what is open here; the files stay.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_state is not null) Release(_state);
        }
    }

    // A deleted index has no name, as one of a release without a register; its old manifest is gone by then.
    private bool IsOpen(IndexState state, string? name) =>
        state.Name == name && (name is not null || state.Manifest.Segments.Count == 0 || File.Exists(Path.Combine(directory, IndexFiles.OldManifest)));

    private IndexState Adopt(string? name, Manifest manifest, long question)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var before = _state?.View ?? IndexView.Empty;
        var open = before.Segments.ToDictionary(segment => Path.GetFileName(segment.Path), StringComparer.Ordinal);
        var segments = new List<Segment>(manifest.Segments.Count);
        IndexView view;
        try
        {
            string[] missing = [.. manifest.Segments.Where(segment => !open.ContainsKey(segment))];
            var opened = missing.Zip(SegmentOpening.OpenAll([.. missing.Select(segment => Path.Combine(directory, segment))])).ToDictionary(StringComparer.Ordinal);
            foreach (var segment in manifest.Segments) segments.Add(opened.TryGetValue(segment, out var fresh) ? fresh : open[segment].Lease());
            view = segments.Count > 0 ? before.Next(segments) : IndexView.Empty;
        }
        catch
        {
            foreach (var segment in segments) segment.Release();
            throw;
        }
        var old = _state;
        _state = new IndexState(name, manifest, view);
        _answeredQuestion = question;
        if (old is not null) Release(old);
        return Leased(_state);
    }

    private static IndexState Leased(IndexState state)
    {
        state.View.Lease();
        return state;
    }

    private static void Release(IndexState state)
    {
        if (!ReferenceEquals(state.View, IndexView.Empty)) state.View.Release();
    }

    /// <summary>Says once when the register is lost, and once when it is back.</summary>
    private void Report(Exception? fault)
    {
        if (_isBehind == fault is not null) return;
        _isBehind = fault is not null;
        if (fault is not null)
            logger.LogWarning("{Index}: the catalogue cannot be asked for the index's current state; searches go on with the last one that was seen ({Fault})", indexName, fault.Message);
        else
            logger.LogInformation("{Index}: the catalogue answers again; searches see the index's current state", indexName);
    }
}
