using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Reading;

/// <summary>
/// Which units a video has, kept for those that were asked for last: they hold until the video is written again, and both
/// searches and writes ask for them.
/// </summary>
internal sealed class UnitDirectory(CollectionReader reader)
{
    /// <summary>Units kept in all, 48 bytes each.</summary>
    private const long Capacity = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Revision, VideoId Video), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _count;

    /// <returns>In order of their first sample.</returns>
    public async ValueTask<LiveUnit[]> OfAsync(EncodingState state, VideoId id, CancellationToken cancellation)
    {
        if (state.Videos.Find(id) is not { } video) return [];
        var key = (state.Names!.Revision, id);
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node) && node.Value.Born == video.Born)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                return node.Value.Units;
            }
        }
        var units = await ReadAsync(state, video, SampleRange.Everything, cancellation);
        Keep(state.Names.Revision, video, units);
        return units;
    }

    /// <summary>What a write leaves.</summary>
    public void Keep(string revision, VideoState video, LiveUnit[] units)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((revision, video.Id), out var known))
            {
                // A snapshot of an earlier state must not displace a later one.
                if (known.Value.Born > video.Born) return;
                Remove(known);
            }
            _entries[(revision, video.Id)] = _byUse.AddFirst(new Entry(revision, video.Id, video.Born, units));
            _count += units.Length;
            while (_count > Capacity && _byUse.Count > 1) Remove(_byUse.Last!);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove((node.Value.Revision, node.Value.Video));
        _byUse.Remove(node);
        _count -= node.Value.Units.Length;
    }

    /// <summary>Page by page of sample numbers, each of which cannot hold more units than a query may return.</summary>
    private async Task<LiveUnit[]> ReadAsync(EncodingState state, VideoState video, SampleRange range, CancellationToken cancellation)
    {
        var units = new List<LiveUnit>();
        for (var first = Math.Max(0, range.First); first < Math.Min(range.End, video.EndSample); first += CollectionReader.MostRows)
        {
            var expression = string.Create(CultureInfo.InvariantCulture,
                $"{state.Visible} and {Columns.Video} == {Literal.Of(video.Id.Value)} and {Columns.First} >= {first} and {Columns.First} < {first + CollectionReader.MostRows}");
            units.AddRange(UnitRows.Live(await reader.QueryAsync(state.Names!.Units, expression, UnitRows.LiveColumns, state.Time, cancellation, [video.Shard])));
        }
        return [.. units.OrderBy(unit => unit.First)];
    }

    private sealed record Entry(string Revision, VideoId Video, long Born, LiveUnit[] Units);
}
