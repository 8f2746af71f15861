using ClusterSearch.Core.Footage;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// One state of an encoding: its segments and where each video's live units lie. Immutable; the next one shares all but the
/// videos that the changed segments hold. Lives, with its segments, as long as anyone has a lease.
/// </summary>
internal sealed class IndexView
{
    private const int UnitsPerBlock = 512;

    private readonly Lazy<IReadOnlyList<UnitPiece[]>> _blocks;
    private int _leases = 1;

    private IndexView(IReadOnlyList<Segment> segments, VideoUnits[] videos, long[] liveSamples)
    {
        Segments = segments;
        Videos = videos;
        LiveSamples = liveSamples;
        _blocks = new Lazy<IReadOnlyList<UnitPiece[]>>(() => [.. CutIntoBlocks()]);
    }

    public static IndexView Empty { get; } = new([], [], []);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>Videos with live units, ordered by id.</summary>
    public VideoUnits[] Videos { get; }

    /// <summary>Samples of each segment that nothing hides.</summary>
    public long[] LiveSamples { get; }

    public int Dimension => Videos.Length > 0 ? Segments[0].Dimension : 0;

    /// <summary>All live units, cut into blocks for threads to share.</summary>
    public IReadOnlyList<UnitPiece[]> Blocks => _blocks.Value;

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
        var touched = Segments.Skip(kept).Concat(segments.Skip(kept)).SelectMany(segment => segment.Videos).Distinct().Order();
        var liveSamples = new long[segments.Count];
        LiveSamples.AsSpan(0, kept).CopyTo(liveSamples);
        var videos = new List<VideoUnits>(Videos.Length + 1);
        var known = Videos.AsSpan();
        var next = 0;
        foreach (var id in touched)
        {
            var at = LowerBound(id, next);
            videos.AddRange(known[next..at]);
            next = at;
            if (at < known.Length && known[at].Id == id)
            {
                foreach (var run in known[at].Runs)
                    if (run.Segment < kept) liveSamples[run.Segment] -= Segments[run.Segment].SamplesIn(run.First, run.End);
                next++;
            }
            if (VideoUnits.Of(id, segments) is not { } units) continue;
            foreach (var run in units.Runs) liveSamples[run.Segment] += segments[run.Segment].SamplesIn(run.First, run.End);
            videos.Add(units);
        }
        videos.AddRange(known[next..]);
        return new IndexView(segments, [.. videos], liveSamples);
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

    private IEnumerable<UnitPiece[]> CutIntoBlocks()
    {
        var block = new List<UnitPiece>();
        var unitCount = 0;
        foreach (var video in Videos)
        {
            foreach (var run in video.Runs)
            {
                for (var first = run.First; first < run.End;)
                {
                    var end = Math.Min(run.End, first + UnitsPerBlock - unitCount);
                    block.Add(new UnitPiece(video, run.Segment, first, end));
                    unitCount += end - first;
                    first = end;
                    if (unitCount < UnitsPerBlock) continue;
                    yield return [.. block];
                    block.Clear();
                    unitCount = 0;
                }
            }
        }
        if (block.Count > 0) yield return [.. block];
    }
}

/// <summary>Units [First, End) of a video in one segment.</summary>
internal readonly record struct UnitPiece(VideoUnits Video, int Segment, int First, int End);
