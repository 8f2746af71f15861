using System.Runtime.InteropServices;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Finds what may come in by its bound. What was estimated from a code is judged again by means of pieces.</summary>
internal sealed class CandidateSearch(IndexView view, QueryVector query, CoarseBounds coarse, Workers workers, SearchMeter meter)
{
    private const int ChunksPerPart = 16;

    /// <summary>Pieces or units whose bound lies in [from, below), or from there on where that is infinite, and by their means still reach a score.</summary>
    public List<Candidate> Collect(float from, float below, float toBeat, CancellationToken cancellation)
    {
        var chunks = coarse.Scan.Chunks;
        var found = new List<Candidate>();
        workers.Run((chunks.Count + ChunksPerPart - 1) / ChunksPerPart, () => new Space(), (part, space) =>
        {
            space.Candidates.Clear();
            for (var index = part * ChunksPerPart; index < Math.Min(chunks.Count, (part + 1) * ChunksPerPart); index++) Collect(index, from, below, space.Candidates);
            if (!coarse.AreTrue) JudgeByMeans(space, toBeat);
            if (space.Candidates.Count == 0) return;
            lock (found) found.AddRange(space.Candidates);
        }, cancellation);
        return found;
    }

    /// <summary>The unit of a candidate, in its segment.</summary>
    public int UnitOf(Candidate candidate) =>
        coarse.Scan.Level == CoarseLevel.Units ? candidate.Row : view.Segments[candidate.Segment].AllPieces[candidate.Row].Unit;

    private void Collect(int index, float from, float below, List<Candidate> candidates)
    {
        var chunk = coarse.Scan.Chunks[index];
        var largest = coarse.LargestOf(chunk);
        for (var block = 0; block < largest.Length; block++)
        {
            if (!(largest[block] >= from) || float.IsNegativeInfinity(largest[block])) continue;
            var bounds = coarse.Of(chunk).Slice(block * SignCodes.RowsPerBlock, SignCodes.RowsPerBlock);
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
            var end = first;
            space.Pieces.Clear();
            for (; end < candidates.Length && candidates[end].Segment == candidates[first].Segment; end++)
                for (var (piece, endPiece) = PiecesOf(candidates[end]); piece < endPiece; piece++) space.Pieces.Add(piece);
            var scores = space.Scores(space.Pieces.Count);
            space.Means.Score(segment, CollectionsMarshal.AsSpan(space.Pieces), query, scores);
            meter.AddMeans(scores.Length, (long)scores.Length * (segment.PaddedDimension + SegmentFormat.PieceBytes));
            for (var at = 0; first < end; first++)
            {
                var bound = float.NegativeInfinity;
                for (var (piece, endPiece) = PiecesOf(candidates[first]); piece < endPiece; piece++, at++)
                    if (scores[at] > float.NegativeInfinity) bound = Math.Max(bound, scores[at] + coarse.Slack.PieceRadius * segment.AllPieces[piece].Radius);
                if (bound > float.NegativeInfinity && bound >= toBeat) candidates[kept++] = candidates[first] with { Bound = bound };
            }
        }
        CollectionsMarshal.SetCount(space.Candidates, kept);
    }

    /// <summary>Has the system read what is not in memory of candidates, all at once.</summary>
    private void Expect(ReadOnlySpan<Candidate> candidates)
    {
        if (coarse.Scan.Level == CoarseLevel.Units)
            foreach (var candidate in candidates) view.Segments[candidate.Segment].ExpectUnits(candidate.Row, 1);
        foreach (var candidate in candidates)
        {
            var (first, end) = PiecesOf(candidate);
            view.Segments[candidate.Segment].ExpectPieces(first, end - first);
        }
        foreach (var candidate in candidates)
        {
            var (first, end) = PiecesOf(candidate);
            view.Segments[candidate.Segment].ExpectMeans(first, end - first);
        }
    }

    /// <summary>None of a unit whose row is damaged.</summary>
    private (int First, int End) PiecesOf(Candidate candidate)
    {
        if (coarse.Scan.Level == CoarseLevel.Pieces) return (candidate.Row, candidate.Row + 1);
        var segment = view.Segments[candidate.Segment];
        if (!segment.AreUnitsWhole(candidate.Row, 1)) return default;
        var unit = segment.Units[candidate.Row];
        return (unit.FirstPiece, unit.FirstPiece + unit.PieceCount);
    }

    private sealed class Space
    {
        private float[] _scores = [];

        public List<Candidate> Candidates { get; } = [];

        public List<int> Pieces { get; } = [];

        public PieceMeans Means { get; } = new();

        public Span<float> Scores(int count)
        {
            if (_scores.Length < count) _scores = new float[2 * count];
            return _scores.AsSpan(0, count);
        }
    }
}

/// <summary>A piece or a unit that may come in.</summary>
/// <param name="Row">A piece or a unit.</param>
/// <param name="Chunk">Of the plan.</param>
internal readonly record struct Candidate(float Bound, int Segment, int Row, int Chunk);
