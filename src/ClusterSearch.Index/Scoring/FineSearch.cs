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
    private const int ChunksPerPart = 16;
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
        Score(Collect(promising, float.PositiveInfinity, least, cancellation), best, least, perSample, cancellation);
        var toBeat = ToBeat(best, least);
        if (_coarse.Scan.Level == CoarseLevel.Units && float.IsFinite(toBeat) && toBeat < promising && _coarse.AreMoreFrom(toBeat, _coarse.Scan.RowCount / LargestShare))
        {
            _coarse = finer();
            promising = float.PositiveInfinity;
        }
        if (toBeat < promising) Score(Collect(toBeat, promising, toBeat, cancellation), best, least, perSample, cancellation);
        return best.Sort();
    }

    /// <summary>Where many are wanted, a few of the best tell whether bounds of units will do, before all the others are looked at in vain.</summary>
    private void ChooseLevel(Best<FoundSample> best, int k, float least, bool perSample, CancellationToken cancellation)
    {
        Score(Collect(Math.Max(least, _coarse.ThresholdOf(FirstBlocks + 2 * Few)), float.PositiveInfinity, least, cancellation), best, least, perSample, cancellation);
        var found = best.Sort();
        if (found.Count < Few) return;
        // Scores fall about evenly with the logarithm of their rank.
        var expected = found[Few - 1].Score - (found[Few / 8 - 1].Score - found[Few - 1].Score) * MathF.Log((float)k / Few, 8);
        if (_coarse.AreMoreFrom(Math.Max(least, expected), _coarse.Scan.RowCount / LargestShare)) _coarse = finer();
    }

    private static float ToBeat(Best<FoundSample> best, float least) => best.IsFull ? Math.Max(least, best.Least.Score) : least;

    /// <summary>Pieces or units whose bound lies in [from, below), or from there on where that is infinite, and by their means still reach a score.</summary>
    private List<Candidate> Collect(float from, float below, float toBeat, CancellationToken cancellation)
    {
        var chunks = _coarse.Scan.Chunks;
        var found = new List<Candidate>();
        workers.Run((chunks.Count + ChunksPerPart - 1) / ChunksPerPart, () => new Space(), (part, space) =>
        {
            space.Candidates.Clear();
            for (var index = part * ChunksPerPart; index < Math.Min(chunks.Count, (part + 1) * ChunksPerPart); index++) Collect(index, from, below, space.Candidates);
            if (!_coarse.AreTrue) JudgeByMeans(space, toBeat);
            if (space.Candidates.Count == 0) return;
            lock (found) found.AddRange(space.Candidates);
        }, cancellation);
        return found;
    }

    private void Collect(int index, float from, float below, List<Candidate> candidates)
    {
        var chunk = _coarse.Scan.Chunks[index];
        var largest = _coarse.LargestOf(chunk);
        for (var block = 0; block < largest.Length; block++)
        {
            if (!(largest[block] >= from) || float.IsNegativeInfinity(largest[block])) continue;
            var bounds = _coarse.Of(chunk).Slice(block * SignCodes.RowsPerBlock, SignCodes.RowsPerBlock);
            for (var row = 0; row < bounds.Length; row++)
            {
                if (!(bounds[row] >= from) || float.IsNegativeInfinity(bounds[row]) || (bounds[row] >= below && !float.IsPositiveInfinity(below))) continue;
                candidates.Add(new Candidate(bounds[row], chunk.Segment, (chunk.FirstBlock + block) * SignCodes.RowsPerBlock + row, index));
            }
        }
    }

    /// <summary>Keeps those that still reach a score by the means of their pieces.</summary>
    private void JudgeByMeans(Space space, float toBeat)
    {
        var candidates = CollectionsMarshal.AsSpan(space.Candidates);
        Expect(candidates);
        var kept = 0;
        for (var first = 0; first < candidates.Length;)
        {
            var segment = view.Segments[candidates[first].Segment];
            var (end, count) = (first, 0);
            for (; end < candidates.Length && candidates[end].Segment == candidates[first].Segment; end++)
                for (var (piece, endPiece) = PiecesOf(candidates[end]); piece < endPiece; piece++) space.Add(count++, piece);
            var pieces = space.Pieces[..count];
            var scores = space.Scores[..count];
            space.Means.Score(segment, pieces, query, scores);
            meter.AddMeans(count, (long)count * (segment.PaddedDimension + SegmentFormat.PieceBytes));
            for (var at = 0; first < end; first++)
            {
                var bound = float.NegativeInfinity;
                for (var (piece, endPiece) = PiecesOf(candidates[first]); piece < endPiece; piece++, at++)
                    if (scores[at] > float.NegativeInfinity) bound = Math.Max(bound, scores[at] + _coarse.Slack.PieceRadius * segment.AllPieces[piece].Radius);
                if (bound > float.NegativeInfinity && bound >= toBeat) candidates[kept++] = candidates[first] with { Bound = bound };
            }
        }
        CollectionsMarshal.SetCount(space.Candidates, kept);
    }

    /// <summary>Has the system read what is not in memory of candidates, all at once.</summary>
    private void Expect(ReadOnlySpan<Candidate> candidates)
    {
        if (_coarse.Scan.Level == CoarseLevel.Units)
            foreach (var candidate in candidates) view.Segments[candidate.Segment].ExpectUnits(candidate.Row, 1);
        foreach (var candidate in candidates)
        {
            var (first, end) = PiecesOf(candidate);
            view.Segments[candidate.Segment].ExpectPieces(first, end - first);
        }
        foreach (var candidate in candidates)
        {
            var segment = view.Segments[candidate.Segment];
            for (var (piece, end) = PiecesOf(candidate); piece < end; piece++)
                if (segment.IsPieceRowWhole(piece)) segment.ExpectMean(piece);
        }
    }

    /// <summary>None of a unit whose row is damaged.</summary>
    private (int First, int End) PiecesOf(Candidate candidate)
    {
        if (_coarse.Scan.Level == CoarseLevel.Pieces) return (candidate.Row, candidate.Row + 1);
        var segment = view.Segments[candidate.Segment];
        if (!segment.AreUnitsWhole(candidate.Row, 1)) return default;
        var unit = segment.Units[candidate.Row];
        return (unit.FirstPiece, unit.FirstPiece + unit.PieceCount);
    }

    private int UnitOf(Candidate candidate) =>
        _coarse.Scan.Level == CoarseLevel.Units ? candidate.Row : view.Segments[candidate.Segment].AllPieces[candidate.Row].Unit;

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
                var unit = UnitOf(candidate);
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

    private sealed class Space
    {
        private int[] _pieces = new int[256];
        private float[] _scores = new float[256];

        public List<Candidate> Candidates { get; } = [];

        public PieceMeans Means { get; } = new();

        public ReadOnlySpan<int> Pieces => _pieces;

        /// <summary>Room for as many.</summary>
        public Span<float> Scores => _scores;

        public void Add(int place, int piece)
        {
            if (place == _pieces.Length)
            {
                Array.Resize(ref _pieces, 2 * place);
                _scores = new float[2 * place];
            }
            _pieces[place] = piece;
        }

    }

    /// <param name="Row">A piece or a unit.</param>
    /// <param name="Chunk">Of the plan.</param>
    private readonly record struct Candidate(float Bound, int Segment, int Row, int Chunk);
}

/// <summary>A unit and the times of it that may be found.</summary>
internal readonly record struct UnitToScore(int Segment, int Unit, SampleWindow Window);
