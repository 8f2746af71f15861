using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// One encoding's directory: segments and their manifest.
/// <para>
/// Normal operation: a replacement becomes a new segment that carries the ranges it hides in older ones; then the manifest
/// is renamed into place. Afterwards the writer tidies up: see <see cref="Compaction"/>.
/// Crash: segments that no manifest names are left over and swept by the next writer.
/// Readers, in this process or another, see the manifest's bytes change and open what is new; what they hold stays mapped,
/// whatever is deleted. Only the adoption of a new manifest is under the lock: no reader waits for a segment to be written.
/// </para>
/// </summary>
internal sealed class EncodingIndex(string directory, EmbeddedIndexOptions options)
{
    private const string SegmentSuffix = ".seg";

    private readonly Lock _lock = new();
    private byte[]? _manifestBytes;
    private Manifest _manifest = Manifest.Empty;
    private IndexView _view = IndexView.Empty;
    private bool _isSwept;

    /// <summary>The newest state, leased for the caller.</summary>
    public IndexView Lease()
    {
        lock (_lock)
        {
            Refresh();
            return _view.Lease();
        }
    }

    /// <summary>Writes one new segment and makes it live. One caller at a time.</summary>
    /// <param name="dimension">0 when there is nothing but deletions.</param>
    /// <param name="videos">Ordered by id.</param>
    public void Append(int dimension, IReadOnlyList<SegmentVideo> videos)
    {
        var view = Current();
        var stored = _manifest.Dimension;
        if (stored != 0 && dimension != 0 && stored != dimension)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"{directory}: vectors of {stored} dimensions were expected, {dimension} found");
        videos = [.. videos.Where(video => video.Units.Count > 0 || view.Find(video.Id) is not null)];
        if (videos.Count == 0) return;
        Change(() =>
        {
            DirectoryFlush.Create(directory);
            if (!_isSwept) Sweep();
            Publish([.. _manifest.Segments, Write(stored != 0 ? stored : dimension, videos)], stored != 0 ? stored : dimension);
        });
        try
        {
            Change(Tidy);
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveDiskFull or ErrorCodes.ArchiveFileSystem)
        {
            // The replacement is durable; the next one tidies up.
        }
    }

    /// <summary>Deletes the encoding; snapshots go on reading.</summary>
    public void Delete()
    {
        if (!Directory.Exists(directory)) return;
        try
        {
            // Without its manifest the encoding is gone; the rest is sweeping.
            File.Delete(Path.Combine(directory, Manifest.FileName));
            DirectoryFlush.Flush(directory);
            Current();
            Sweep();
            if (!Directory.EnumerateFileSystemEntries(directory).Any()) Directory.Delete(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, directory);
        }
    }

    /// <summary>Files that no manifest names.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        lock (_lock)
        {
            Refresh();
            return Unnamed();
        }
    }

    /// <summary>Deletes them. One caller at a time.</summary>
    public void SweepLeftovers()
    {
        Current();
        Sweep();
        if (_manifestBytes is null && Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any()) Directory.Delete(directory);
    }

    /// <summary>Closes what is open here; the files stay.</summary>
    public void Close()
    {
        lock (_lock) Adopt(Manifest.Empty, null);
    }

    private IndexView Current()
    {
        lock (_lock)
        {
            Refresh();
            return _view;
        }
    }

    private void Refresh()
    {
        byte[]? missedBytes = null;
        while (true)
        {
            var bytes = Manifest.ReadBytes(directory);
            if (bytes is null == _manifestBytes is null && bytes.AsSpan().SequenceEqual(_manifestBytes)) return;
            try
            {
                Adopt(bytes is null ? Manifest.Empty : Manifest.Parse(bytes, directory), bytes);
                return;
            }
            catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
            {
                // The writer merged segments away since the manifest was read: then there is a newer one.
                if (bytes.AsSpan().SequenceEqual(missedBytes)) throw IndexFaults.Corrupt(directory, $"a segment of its manifest is missing ({fault.Message})", fault);
                missedBytes = bytes;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw IndexFaults.Reading(fault, directory);
            }
        }
    }

    private void Adopt(Manifest manifest, byte[]? bytes)
    {
        var open = _view.Segments.ToDictionary(segment => Path.GetFileName(segment.Path), StringComparer.Ordinal);
        var segments = new List<Segment>(manifest.Segments.Count);
        IndexView next;
        try
        {
            foreach (var name in manifest.Segments)
                segments.Add(open.TryGetValue(name, out var segment) ? segment.Lease() : Segment.Open(Path.Combine(directory, name)));
            next = segments.Count > 0 ? _view.Next(segments) : IndexView.Empty;
        }
        catch
        {
            foreach (var segment in segments) segment.Release();
            throw;
        }
        var old = _view;
        (_view, _manifest, _manifestBytes) = (next, manifest, bytes);
        if (!ReferenceEquals(old, IndexView.Empty)) old.Release();
    }

    /// <summary>Names are used once: a reader that holds a segment of a deleted encoding never takes a new one for it.</summary>
    private string Write(int dimension, IReadOnlyList<SegmentVideo> videos)
    {
        var name = $"{_manifest.Generation + 1:D12}-{Guid.NewGuid():N}{SegmentSuffix}";
        SegmentWriter.Write(Path.Combine(directory, name), dimension, videos);
        return name;
    }

    private void Publish(IReadOnlyList<string> segments, int dimension)
    {
        var dropped = _manifest.Segments.Except(segments).ToList();
        new Manifest(Manifest.CurrentVersion, _manifest.Generation + 1, dimension, segments).Write(directory);
        Current();
        foreach (var name in dropped) TryDelete(Path.Combine(directory, name));
    }

    private void Tidy()
    {
        while (Compaction.Next(_view, options) is { } range)
        {
            var (first, end) = (range.Start.Value, range.End.Value);
            // What is copied gets new checksums: it must be whole.
            foreach (var segment in _view.Segments.Skip(first).Take(end - first))
                if (segment.Verify(CancellationToken.None).FirstOrDefault() is { } fault) throw fault;
            var content = Compaction.LiveContent(_view, first, end);
            IEnumerable<string> merged = content.Count > 0 ? [Write(_manifest.Dimension, content)] : [];
            Publish([.. _manifest.Segments.Take(first), .. merged, .. _manifest.Segments.Skip(end)], _manifest.Dimension);
        }
    }

    /// <summary>A change that fails leaves nothing behind that takes space.</summary>
    private void Change(Action change)
    {
        try
        {
            change();
        }
        catch
        {
            try
            {
                // What the manifest says now decides: the fault may have come after it was renamed.
                Current();
                Sweep();
            }
            catch (Exception fault) when (fault is ClusterSearchException or IOException or UnauthorizedAccessException)
            {
                _isSwept = false;
            }
            throw;
        }
    }

    /// <summary>Deletes what a crash or a fault left over.</summary>
    private void Sweep()
    {
        foreach (var path in Unnamed()) TryDelete(path);
        _isSwept = true;
    }

    private List<string> Unnamed()
    {
        if (!Directory.Exists(directory)) return [];
        var named = _manifest.Segments.ToHashSet(StringComparer.Ordinal);
        return [.. Directory.EnumerateFiles(directory).Where(path => IsLeftover(Path.GetFileName(path))).Order(StringComparer.Ordinal)];

        bool IsLeftover(string name) =>
            (name.EndsWith(SegmentSuffix, StringComparison.Ordinal) && !named.Contains(name)) || name == Manifest.TemporaryName;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Held by a reader, on systems where that hinders: the next writer sweeps it.
        }
    }
}
