using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// One encoding's directory: segments and their manifest.
/// <para>
/// Normal operation: a replacement becomes a new segment that carries the ranges it hides in older ones; then the manifest
/// is renamed into place. When eight segments of a size stand at the end, they are merged into one of the next size, so
/// that neither their number nor the rewriting grows faster than the logarithm of the samples.
/// Crash: segments that no manifest names are left over and swept by the next writer.
/// Readers of other processes see the manifest's bytes change and open what is new; what they hold stays mapped.
/// </para>
/// </summary>
internal sealed class EncodingIndex(string directory, EmbeddedIndexOptions options)
{
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

    /// <summary>Writes one new segment and makes it live.</summary>
    /// <param name="dimension">0 when there is nothing but deletions.</param>
    /// <param name="videos">Ordered by id.</param>
    public void Append(int dimension, IReadOnlyList<SegmentVideo> videos)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(directory);
            Refresh();
            Sweep();
            if (_manifest.Dimension != 0 && dimension != 0 && _manifest.Dimension != dimension)
                throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                    $"{directory}: vectors of {_manifest.Dimension} dimensions were expected, {dimension} found");
            if (_manifest.Dimension == 0 && dimension == 0) return;
            Publish(_manifest.Segments, Write(_manifest.Dimension != 0 ? _manifest.Dimension : dimension, videos, 0));
            Merge();
        }
    }

    /// <summary>Closes what is open here; the files stay.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_view, IndexView.Empty)) _view.Release();
            _view = IndexView.Empty;
            _manifest = Manifest.Empty;
            _manifestBytes = null;
        }
    }

    private void Refresh()
    {
        for (var attempt = 0; ; attempt++)
        {
            var bytes = Manifest.ReadBytes(directory);
            if (bytes is null)
            {
                if (_manifestBytes is not null) Close();
                return;
            }
            if (_manifestBytes is not null && bytes.AsSpan().SequenceEqual(_manifestBytes)) return;
            var manifest = Manifest.Parse(bytes, directory);
            try
            {
                Adopt(manifest, bytes);
                return;
            }
            catch (FileNotFoundException fault)
            {
                // The writer merged segments away since the manifest was read: there is a newer one.
                if (attempt >= 8) throw IndexFaults.Corrupt(fault.FileName ?? directory, "it is missing", fault);
            }
        }
    }

    private void Adopt(Manifest manifest, byte[] bytes)
    {
        var open = _view.Segments.ToDictionary(segment => Path.GetFileName(segment.Path));
        var segments = new List<Segment>(manifest.Segments.Count);
        try
        {
            foreach (var name in manifest.Segments)
                segments.Add(open.TryGetValue(name, out var segment) ? segment.Lease() : Segment.Open(Path.Combine(directory, name)));
        }
        catch
        {
            foreach (var segment in segments) segment.Release();
            throw;
        }
        var old = _view;
        _view = segments.Count > 0 ? IndexView.Of(segments) : IndexView.Empty;
        _manifest = manifest;
        _manifestBytes = bytes;
        if (!ReferenceEquals(old, IndexView.Empty)) old.Release();
    }

    private string Write(int dimension, IReadOnlyList<SegmentVideo> videos, int part)
    {
        var name = $"{_manifest.Generation + 1:D12}-{part}.seg";
        SegmentWriter.Write(Path.Combine(directory, name), dimension, videos);
        return name;
    }

    private void Publish(IEnumerable<string> kept, string added)
    {
        var dropped = _manifest.Segments.Except(kept).ToList();
        var manifest = new Manifest(Manifest.CurrentVersion, _manifest.Generation + 1,
            _manifest.Dimension != 0 ? _manifest.Dimension : DimensionOf(added), [.. kept, added]);
        Adopt(manifest, manifest.Write(directory));
        foreach (var name in dropped) File.Delete(Path.Combine(directory, name));
    }

    private int DimensionOf(string name)
    {
        var segment = Segment.Open(Path.Combine(directory, name));
        var dimension = segment.Dimension;
        segment.Release();
        return dimension;
    }

    /// <summary>Merges the newest segments of a size for as long as there are enough of them.</summary>
    private void Merge()
    {
        while (true)
        {
            var segments = _view.Segments;
            var first = segments.Count - 1;
            if (first < 0) return;
            var size = SizeClass(segments[first]);
            long samples = segments[first].SampleCount;
            while (first > 0 && SizeClass(segments[first - 1]) <= size && samples + segments[first - 1].SampleCount <= options.MaximumMergedSamples)
                samples += segments[--first].SampleCount;
            if (segments.Count - first < options.MergeWidth) return;
            var merged = LiveContent(first);
            Publish(_manifest.Segments.Take(first), Write(_view.Dimension, merged, 1));
        }
    }

    private int SizeClass(Segment segment) => (int)Math.Log(Math.Max(1, segment.SampleCount / 128.0), options.MergeWidth);

    /// <summary>The live units of the segments from one on; their covers, as long as older segments are left for them to hide units in.</summary>
    private List<SegmentVideo> LiveContent(int first)
    {
        var units = new SortedDictionary<VideoId, (VideoAttributes Attributes, List<SampleRange> Covers, List<Unit> Units)>();
        for (var i = first; i < _view.Segments.Count; i++)
        {
            var segment = _view.Segments[i];
            for (var video = 0; video < segment.Videos.Length; video++)
            {
                var id = segment.Videos[video];
                var entry = units.TryGetValue(id, out var known) ? known : (segment.VideoAttributes[video], [], []);
                if (first > 0) entry.Covers.AddRange(segment.Covers[video]);
                for (var unit = segment.FirstUnits[video]; unit < segment.FirstUnits[video + 1]; unit++)
                    if (_view.Live[i][unit]) entry.Units.Add(segment.Read(unit));
                // The newest segment's attributes hold.
                units[id] = (segment.VideoAttributes[video], entry.Covers, entry.Units);
            }
        }
        return [.. units.Where(video => video.Value.Units.Count > 0 || video.Value.Covers.Count > 0)
            .Select(video => new SegmentVideo(video.Key, video.Value.Attributes, video.Value.Covers,
                [.. video.Value.Units.OrderBy(unit => unit.FirstSample)]))];
    }

    /// <summary>Once a writer: deletes what a crash left over.</summary>
    private void Sweep()
    {
        if (_isSwept) return;
        _isSwept = true;
        var named = _manifest.Segments.Append(Manifest.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(directory))
            if (!named.Contains(Path.GetFileName(path))) File.Delete(path);
    }
}
