using ClusterSearch.Core.Footage;
using ClusterSearch.Index.Scoring;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// One state of an encoding: its segments and where each video's live units lie. Immutable; the next one shares all but the
/// videos that the changed segments hold. Lives, with its segments, as long as anyone has a lease.
/// </summary>
internal sealed class IndexView
{
    /// <summary>From so many changed videos on it is quicker to read all segments' tables once than to look for each video in each.</summary>
    private const int ManyVideos = 64;

    private readonly Lazy<RowRange[]>[] _live;
    private readonly SpreadProbe[] _spreads;
    private int _leases = 1;

    private IndexView(IReadOnlyList<Segment> segments, VideoUnits[] videos, long[] liveSamples, Lazy<RowRange[]>[] known)
    {
        Segments = segments;
        Videos = videos;
        LiveSamples = liveSamples;
        SampleCount = liveSamples.Sum();
        PieceCount = segments.Sum(segment => (long)segment.PieceCount);
        _spreads = [new SpreadProbe(segments, CoarseLevel.Pieces), new SpreadProbe(segments, CoarseLevel.Units)];
        _live = new Lazy<RowRange[]>[segments.Count];
        known.CopyTo(_live, 0);
        for (var i = 0; i < _live.Length; i++)
        {
            var segment = i;
            _live[i] ??= LiveSamples[i] == segments[i].SampleCount
                ? new Lazy<RowRange[]>(segments[i].UnitCount == 0 ? [] : [new RowRange(0, segments[i].UnitCount)])
                : new Lazy<RowRange[]>(() => [.. FindLive(segment)]);
        }
    }

    public static IndexView Empty { get; } = new([], [], [], []);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>Videos with live units, ordered by id.</summary>
    public VideoUnits[] Videos { get; }

    /// <summary>Samples of each segment that nothing hides.</summary>
    public long[] LiveSamples { get; }

    /// <summary>All of them.</summary>
    public long SampleCount { get; }

    /// <summary>Of all segments, hidden ones included.</summary>
    public long PieceCount { get; }

    public int Dimension => Videos.Length > 0 ? Segments[0].Dimension : 0;

    /// <summary>How far samples lie from the means of their pieces, or units.</summary>
    public SpreadProbe SpreadOf(CoarseLevel level) => _spreads[(int)level];

    /// <summary>Units of a segment that nothing hides.</summary>
    public IReadOnlyList<RowRange> LiveUnits(int segment) => _live[segment].Value;

    public VideoUnits? Find(VideoId video)
    {
        var at = LowerBound(video, 0);
        return at < Videos.Length && Videos[at].Id == video ? Videos[at] : null;
    }

    /// <summary>The state of other segments, leased for it; what lies in those that both begin with is taken over.</summary>
    public IndexView Next(IReadOnlyList<Segment> segments)
    {
        var kept = 0;
        while (kept < Segments.Count && kept < segments.Count && ReferenceEquals(Segments[kept], segments[kept])) kept++;
        var touched = Segments.Skip(kept).Concat(segments.Skip(kept)).SelectMany(segment => segment.Videos.Ids).Distinct().Order().ToList();
        var holders = HoldersOf(touched, segments);
        var liveSamples = new long[segments.Count];
        LiveSamples.AsSpan(0, kept).CopyTo(liveSamples);
        var videos = new List<VideoUnits>(Videos.Length + 1);
        var known = Videos.AsSpan();
        var next = 0;
        var changed = new HashSet<int>();
        foreach (var id in touched)
        {
            var at = LowerBound(id, next);
            videos.AddRange(known[next..at]);
            next = at;
            if (at < known.Length && known[at].Id == id)
            {
                foreach (var run in known[at].Runs.Where(run => run.Segment < kept))
                {
                    liveSamples[run.Segment] -= Segments[run.Segment].SamplesIn(run.First, run.End);
                    changed.Add(run.Segment);
                }
                next++;
            }
            if (!holders.TryGetValue(id, out var segmentsOfVideo) || VideoUnits.Of(id, segmentsOfVideo, segments) is not { } units) continue;
            foreach (var run in units.Runs) liveSamples[run.Segment] += segments[run.Segment].SamplesIn(run.First, run.End);
            videos.Add(units);
        }
        videos.AddRange(known[next..]);
        // A segment of which as much is live as before has the same live units: what is hidden once stays hidden.
        var live = new Lazy<RowRange[]>[kept];
        for (var i = 0; i < kept; i++)
            if (!changed.Contains(i) || liveSamples[i] == LiveSamples[i]) live[i] = _live[i];
        return new IndexView(segments, [.. videos], liveSamples, live);
    }

    public IndexView Lease()
    {
        if (!TryLease()) throw new InvalidOperationException("this state of the index was let go");
        return this;
    }

    /// <summary>False when the last lease is gone.</summary>
    public bool TryLease()
    {
        for (var leases = Volatile.Read(ref _leases); leases > 0; leases = Volatile.Read(ref _leases))
            if (Interlocked.CompareExchange(ref _leases, leases + 1, leases) == leases) return true;
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        foreach (var segment in Segments) segment.Release();
    }

    private static Dictionary<VideoId, List<int>> HoldersOf(List<VideoId> videos, IReadOnlyList<Segment> segments)
    {
        var holders = videos.ToDictionary(id => id, _ => new List<int>());
        for (var i = 0; i < segments.Count; i++)
        {
            if (videos.Count < ManyVideos)
            {
                foreach (var id in videos)
                    if (segments[i].IndexOf(id) >= 0) holders[id].Add(i);
                continue;
            }
            foreach (var id in segments[i].Videos.Ids)
                if (holders.TryGetValue(id, out var list)) list.Add(i);
        }
        return holders;
    }

    private int LowerBound(VideoId video, int from)
    {
        var (low, high) = (from, Videos.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Videos[middle].Id.CompareTo(video) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private IEnumerable<RowRange> FindLive(int index)
    {
        return RowRange.Join(
            from id in Segments[index].Videos.Ids
            let video = Find(id)
            where video is not null
            from run in video.Runs
            where run.Segment == index
            orderby run.First
            select new RowRange(run.First, run.End));
    }
}
