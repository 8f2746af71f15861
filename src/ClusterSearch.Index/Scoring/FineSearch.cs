using System.Runtime.InteropServices;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// From bounds of pieces or units to the best units or samples by their own scores. Those of the most promising blocks come first and give
/// a score to beat; then every other one whose bound reaches it. What is estimated from a code is judged again by means of pieces
/// before its unit's samples are scored. Units go in order of their bounds, so that the score to beat rises early.
/// </summary>
/// <param name="coarse">Of pieces or units.</param>
/// <param name="finer">Called at most once, where bounds of units let too many pass: those of pieces.</param>
internal sealed class FineSearch(IndexView view, QueryVector query, CoarseBounds coarse, Func<CoarseBounds> finer, Workers workers, SearchMeter meter)
{
    private const int FirstBlocks = 64;
    private const int FirstBatch = 64;
    private const int LargestBatch = 4096;
    private const int UnitsPerPart = 16;

    /// <summary>Where more than one unit in so many reaches the score to beat, codes of pieces tell sooner than means of all of theirs.</summary>
    private const int LargestShare = 40;

    private const int ManyWanted = 1024;

    /// <summary>From whose scores that of the last of many is told.</summary>
    private const int Few = 64;

    private readonly HashSet<(int Segment, int Unit)> _scored = [];
    private CoarseBounds _coarse = coarse;
    private CandidateSearch _candidates = new(view, query, coarse, workers, meter);

    /// <param name="k">How many are wanted.</param>
    /// <param name="least">Those that score below it are not wanted.</param>
    /// <param name="perSample">Samples; else units by their best one.</param>
    /// <param name="cancellation">Checked between parts.</param>
    /// <returns>Best first.</returns>
    public List<FoundSample> Best(int k, float least, bool perSample, CancellationToken cancellation)
    {
        var best = new Best<FoundSample>(k, (left, right) => FoundSample.BestFirst(view, left, right));
        if (k > ManyWanted && _coarse.Scan.Level == CoarseLevel.Units) ChooseLevel(best, k, least, perSample, cancellation);
        var promising = Math.Max(least, _coarse.ThresholdOf((int)Math.Min(int.MaxValue, FirstBlocks + 2L * k)));
        Score(_candidates.Collect(promising, float.PositiveInfinity, least, cancellation), best, least, perSample, cancellation);
        var toBeat = ToBeat(best, least);
        if (_coarse.Scan.Level == CoarseLevel.Units && float.IsFinite(toBeat) && toBeat < promising && _coarse.AreMoreFrom(toBeat, _coarse.Scan.RowCount / LargestShare))
        {
            GoFiner();
            promising = float.PositiveInfinity;
        }
        if (toBeat < promising) Score(_candidates.Collect(toBeat, promising, toBeat, cancellation), best, least, perSample, cancellation);
        return best.Sort();
    }

    /// <summary>Where many are wanted, a few of the best tell whether bounds of units will do, before all the others are looked at in vain.</summary>
    private void ChooseLevel(Best<FoundSample> best, int k, float least, bool perSample, CancellationToken cancellation)
    {
        Score(_candidates.Collect(Math.Max(least, _coarse.ThresholdOf(FirstBlocks + 2 * Few)), float.PositiveInfinity, least, cancellation), best, least, perSample, cancellation);
        var found = best.Sort();
        if (found.Count < Few) return;
        // Scores fall about evenly with the logarithm of their rank.
        var expected = found[Few - 1].Score - (found[Few / 8 - 1].Score - found[Few - 1].Score) * MathF.Log((float)k / Few, 8);
        if (_coarse.AreMoreFrom(Math.Max(least, expected), _coarse.Scan.RowCount / LargestShare)) GoFiner();
    }

    private void GoFiner()
    {
        _coarse = finer();
        _candidates = new CandidateSearch(view, query, _coarse, workers, meter);
    }

    private static float ToBeat(Best<FoundSample> best, float least) => best.IsFull ? Math.Max(least, best.Least.Score) : least;

    /// <summary>Scores units of candidates, the most promising first, as long as they can come in.</summary>
    private void Score(List<Candidate> candidates, Best<FoundSample> best, float least, bool perSample, CancellationToken cancellation)
    {
        candidates.Sort((left, right) => right.Bound.CompareTo(left.Bound));
        var batchSize = FirstBatch;
        for (var next = 0; next < candidates.Count;)
        {
            var toBeat = ToBeat(best, least);
            var batch = new List<UnitToScore>(batchSize);
            for (; next < candidates.Count && batch.Count < batchSize; next++)
            {
                var candidate = candidates[next];
                if (candidate.Bound < toBeat)
                {
                    next = candidates.Count;
                    break;
                }
                var unit = _candidates.UnitOf(candidate);
                if (_scored.Add((candidate.Segment, unit))) batch.Add(new UnitToScore(candidate.Segment, unit, _coarse.Scan.Chunks[candidate.Chunk].Window));
            }
            Score(batch, toBeat, best, perSample, cancellation);
            batchSize = Math.Min(2 * batchSize, LargestBatch);
        }
    }

    private void Score(List<UnitToScore> batch, float toBeat, Best<FoundSample> best, bool perSample, CancellationToken cancellation)
    {
        workers.Run((batch.Count + UnitsPerPart - 1) / UnitsPerPart, () => new UnitScorer(view, query), (part, scorer) =>
        {
            var found = new List<FoundSample>();
            var wanted = CollectionsMarshal.AsSpan(batch)[(part * UnitsPerPart)..Math.Min(batch.Count, (part + 1) * UnitsPerPart)];
            scorer.Expect(wanted);
            foreach (var unit in wanted) scorer.Score(unit, toBeat, perSample, found, meter);
            lock (best)
                foreach (var one in found) best.Add(one);
        }, cancellation);
        best.Sort();
    }
}

/// <summary>A unit and the times of it that may be found.</summary>
internal readonly record struct UnitToScore(int Segment, int Unit, SampleWindow Window);
