using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// The k best samples, exactly: units in order of their bound, in steps that grow, until the k-th best sample scores above
/// the next bound.
/// </summary>
internal sealed class SampleScan(IndexView view, int threads)
{
    private const int UnitsPerStep = 64;
    private const int UnitsPerPart = 32;

    public IReadOnlyList<IReadOnlyList<SampleHit>> Search(IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        var scored = new UnitScan(view, threads).Score(queries, filter, cancellation);
        var answers = new IReadOnlyList<SampleHit>[queries.Count];
        for (var query = 0; query < answers.Length; query++)
            answers[query] = Search(queries[query], filter, k, scored.SelectMany(block => block[query]), cancellation);
        return answers;
    }

    private List<SampleHit> Search(float[] query, VectorFilter filter, int k, IEnumerable<ScoredUnit> units, CancellationToken cancellation)
    {
        // A heap: sorting all units would cost more than scoring the few that are wanted.
        var waiting = new PriorityQueue<ScoredUnit, float>(units.Select(unit => (unit, -unit.UpperBound)));
        var best = new Best<SampleHit>(k, BestFirst);
        var step = new List<ScoredUnit>();
        while (waiting.Count > 0)
        {
            var size = Math.Max(UnitsPerStep, Math.Max(2 * step.Count, k / Unit.MaximumSamples));
            var least = best.IsFull ? best.Least.Score : float.NegativeInfinity;
            step.Clear();
            while (step.Count < size && waiting.TryPeek(out var unit, out _) && unit.UpperBound >= least) step.Add(waiting.Dequeue());
            if (step.Count == 0) break;
            foreach (var part in Score(query, filter, step, least, cancellation))
                foreach (var hit in part) best.Add(hit);
            best.Sort();
        }
        return best.Sort();
    }

    private static int BestFirst(SampleHit left, SampleHit right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0) return byScore;
        var byVideo = left.Video.CompareTo(right.Video);
        return byVideo != 0 ? byVideo : left.Number.CompareTo(right.Number);
    }

    private List<SampleHit>[] Score(float[] query, VectorFilter filter, List<ScoredUnit> units, float least, CancellationToken cancellation)
    {
        var parts = new List<SampleHit>[(units.Count + UnitsPerPart - 1) / UnitsPerPart];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, part =>
        {
            var hits = new List<SampleHit>();
            var end = Math.Min(units.Count, (part + 1) * UnitsPerPart);
            for (var i = part * UnitsPerPart; i < end; i++) Score(query, filter, units[i], least, hits);
            parts[part] = hits;
        });
        return parts;
    }

    private void Score(float[] query, VectorFilter filter, ScoredUnit scored, float least, List<SampleHit> hits)
    {
        var segment = view.Segments[scored.Segment];
        var unit = segment.Units[scored.Unit];
        var window = SampleWindow.Of(filter, scored.Video.Attributes);
        var seconds = segment.Seconds(unit);
        for (var i = 0; i < unit.Count; i++)
        {
            if (!window.Contains(seconds[i])) continue;
            var score = DotKernel.Dot(query, segment.Vector(unit.SampleOffset + i));
            if (score >= least) hits.Add(new SampleHit(scored.Video.Id, unit.FirstSample + i, unit.ShotFirstSample, score));
        }
    }
}
