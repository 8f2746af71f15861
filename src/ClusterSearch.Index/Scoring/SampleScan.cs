using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// The k best samples, exactly: those of the units with the highest bounds first, which gives a score to beat; then, in the
/// order in which they lie, those of every other unit whose bound reaches it.
/// </summary>
internal sealed class SampleScan(IndexView view, int threads)
{
    private const int FirstUnits = 256;
    private const int UnitsPerPart = 32;

    public IReadOnlyList<IReadOnlyList<SampleHit>> Search(IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        var scan = new UnitScan(view, threads);
        var scored = scan.Score(queries, filter, cancellation);
        var answers = new IReadOnlyList<SampleHit>[queries.Count];
        for (var query = 0; query < answers.Length; query++)
            answers[query] = Search(queries[query], filter, k, Array.ConvertAll(scored, block => block[query]), scan, cancellation);
        return answers;
    }

    private List<SampleHit> Search(
        float[] query, VectorFilter filter, int k, List<ScoredUnit>[] blocks, UnitScan scan, CancellationToken cancellation)
    {
        var best = new Best<SampleHit>(k, BestFirst);
        var firstCount = Math.Max(FirstUnits, k);
        if (blocks.Sum(block => (long)block.Count) <= 2L * firstCount)
        {
            // Nothing to spare.
            Add(best, Score(query, filter, blocks, float.NegativeInfinity, cancellation));
            return best.Sort();
        }
        var promising = new Best<ScoredUnit>(firstCount, scan.BestFirst);
        foreach (var block in blocks)
            foreach (var unit in block) promising.Add(unit);
        Add(best, Score(query, filter, [.. promising.Sort().Chunk(UnitsPerPart).Select(part => part.ToList())], float.NegativeInfinity, cancellation));
        // As many units as samples are wanted: there are k, each unit has one that passes.
        var (least, last) = (best.Least.Score, promising.Least);
        Add(best, Score(query, filter, Array.ConvertAll(blocks,
            block => block.FindAll(unit => unit.UpperBound >= least && scan.BestFirst(unit, last) > 0)), least, cancellation));
        return best.Sort();
    }

    private static void Add(Best<SampleHit> best, List<SampleHit>[] parts)
    {
        foreach (var part in parts)
            foreach (var hit in part) best.Add(hit);
        best.Sort();
    }

    private static int BestFirst(SampleHit left, SampleHit right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0) return byScore;
        var byVideo = left.Video.CompareTo(right.Video);
        return byVideo != 0 ? byVideo : left.Number.CompareTo(right.Number);
    }

    private List<SampleHit>[] Score(float[] query, VectorFilter filter, List<ScoredUnit>[] parts, float least, CancellationToken cancellation)
    {
        var hits = new List<SampleHit>[parts.Length];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, part =>
        {
            hits[part] = [];
            foreach (var unit in parts[part]) Score(query, filter, unit, least, hits[part]);
        });
        return hits;
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
