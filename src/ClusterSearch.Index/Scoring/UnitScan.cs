using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores the means of all live units that pass a filter, in parallel over blocks; keeps the k best by upper bound.</summary>
internal sealed class UnitScan(IndexView view, int threads)
{
    private const int UnitsPerBlock = 512;

    // What rounding of |q| numbers summed in 32 lanes can take from a score, relative to |q| (vectors have length 1 at most).
    private const float Rounding = 1e-5f;

    public IReadOnlyList<UnitHit> Search(float[] query, VectorFilter filter, int k, CancellationToken cancellation)
    {
        var all = Score(query, filter, cancellation);
        if (all.Count > k)
        {
            var bounds = all.Select(hit => hit.Hit.UpperBound).ToArray();
            Array.Sort(bounds);
            var least = bounds[^k];
            all.RemoveAll(hit => hit.Hit.UpperBound < least);
        }
        all.Sort(BestFirst);
        return [.. all.Take(k).Select(hit => hit.Hit)];
    }

    /// <summary>Hits in no particular order, each with its place.</summary>
    public List<PlacedHit> Score(float[] query, VectorFilter filter, CancellationToken cancellation)
    {
        var norm = MathF.Sqrt(DotKernel.Dot(query, query)) * (1 + Rounding);
        var blocks = Blocks();
        var partial = new List<PlacedHit>[blocks.Count];
        var windows = view.Segments.Select(segment => Windows(segment, filter)).ToArray();
        Parallel.For(0, blocks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            block => partial[block] = ScoreBlock(query, norm, blocks[block], windows[blocks[block].Segment]));
        var all = new List<PlacedHit>(partial.Sum(hits => hits.Count));
        foreach (var hits in partial) all.AddRange(hits);
        return all;
    }

    public static readonly Comparison<PlacedHit> BestFirst = (left, right) =>
    {
        var byBound = right.Hit.UpperBound.CompareTo(left.Hit.UpperBound);
        if (byBound != 0) return byBound;
        var byVideo = left.Hit.Unit.Video.CompareTo(right.Hit.Unit.Video);
        return byVideo != 0 ? byVideo : left.Hit.Unit.FirstSample.CompareTo(right.Hit.Unit.FirstSample);
    };

    private List<PlacedHit> ScoreBlock(float[] query, float norm, Block block, (double From, double To)?[] windows)
    {
        var segment = view.Segments[block.Segment];
        var live = view.Live[block.Segment];
        var hits = new List<PlacedHit>(block.End - block.First);
        for (var i = block.First; i < block.End; i++)
        {
            var unit = segment.Units[i];
            if (!live[i] || windows[unit.Video] is not { } window) continue;
            if (SampleWindow.CountIn(segment.Seconds(unit), window.From, window.To) == 0) continue;
            var score = DotKernel.Dot(query, segment.Mean(i));
            var bound = score + norm * unit.Radius + norm * Rounding;
            hits.Add(new PlacedHit(
                new UnitHit(new UnitKey(segment.Videos[unit.Video], unit.FirstSample, unit.ShotFirstSample, unit.Count), score, bound), block.Segment, i));
        }
        return hits;
    }

    /// <summary>The seconds that pass of each video of a segment; null for a video that is not admitted.</summary>
    private (double From, double To)?[] Windows(Segment segment, VectorFilter filter) => Array.ConvertAll(segment.Videos, id =>
        view.Videos.TryGetValue(id, out var video) && filter.Admits(id, video.Attributes) ? filter.Window(video.Attributes) : ((double, double)?)null);

    private List<Block> Blocks()
    {
        var blocks = new List<Block>();
        for (var segment = 0; segment < view.Segments.Count; segment++)
            for (var first = 0; first < view.Segments[segment].Units.Length; first += UnitsPerBlock)
                blocks.Add(new Block(segment, first, Math.Min(first + UnitsPerBlock, view.Segments[segment].Units.Length)));
        return blocks;
    }

    private readonly record struct Block(int Segment, int First, int End);
}

/// <summary>A unit's hit and where the unit lies.</summary>
internal readonly record struct PlacedHit(UnitHit Hit, int Segment, int UnitIndex);
