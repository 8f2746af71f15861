using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// The k best samples, exactly: units in order of their bound, until the k-th best sample scores above the next bound.
/// When more is wanted than pruning could spare, every unit is scored, in parallel.
/// </summary>
internal sealed class SampleScan(IndexView view, int threads)
{
    private const int UnitsPerStep = 64;

    public IReadOnlyList<SampleHit> Search(float[] query, VectorFilter filter, int k, CancellationToken cancellation)
    {
        var units = new UnitScan(view, threads).Score(query, filter, cancellation);
        units.Sort(UnitScan.BestFirst);
        var best = new List<SampleHit>();
        var least = float.NegativeInfinity;
        for (var first = 0; first < units.Count;)
        {
            if (best.Count >= k && units[first].Hit.UpperBound < least) break;
            // Steps grow, so that a wide search is one parallel scan and a narrow one stops early.
            var count = Math.Min(units.Count - first, Math.Max(UnitsPerStep, Math.Max(first, k / Unit.MaximumSamples)));
            best.AddRange(Score(query, filter, units, first, count, least, cancellation));
            first += count;
            if (best.Count < k) continue;
            best.Sort(BestFirst);
            best.RemoveRange(k, best.Count - k);
            least = best[^1].Score;
        }
        best.Sort(BestFirst);
        return best;
    }

    private static readonly Comparison<SampleHit> BestFirst = (left, right) =>
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0) return byScore;
        var byVideo = left.Video.CompareTo(right.Video);
        return byVideo != 0 ? byVideo : left.Number.CompareTo(right.Number);
    };

    private IEnumerable<SampleHit> Score(
        float[] query, VectorFilter filter, List<PlacedHit> units, int first, int count, float least, CancellationToken cancellation)
    {
        var partial = new List<SampleHit>[(count + UnitsPerStep - 1) / UnitsPerStep];
        Parallel.For(0, partial.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, part =>
        {
            var hits = new List<SampleHit>(UnitsPerStep * Unit.MaximumSamples);
            var end = Math.Min(first + count, first + (part + 1) * UnitsPerStep);
            for (var i = first + part * UnitsPerStep; i < end; i++)
                if (units[i].Hit.UpperBound >= least) ScoreUnit(query, filter, units[i], least, hits);
            partial[part] = hits;
        });
        return partial.SelectMany(hits => hits);
    }

    private void ScoreUnit(float[] query, VectorFilter filter, PlacedHit hit, float least, List<SampleHit> hits)
    {
        var segment = view.Segments[hit.Segment];
        var unit = segment.Units[hit.UnitIndex];
        var (from, to) = filter.Window(view.Videos[hit.Hit.Unit.Video].Attributes);
        var seconds = segment.Seconds(unit);
        for (var i = 0; i < unit.Count; i++)
        {
            if (seconds[i] < from || seconds[i] >= to) continue;
            var score = DotKernel.Dot(query, segment.Vector(unit.SampleOffset + i));
            if (score >= least) hits.Add(new SampleHit(hit.Hit.Unit.Video, unit.FirstSample + i, unit.ShotFirstSample, score));
        }
    }
}
