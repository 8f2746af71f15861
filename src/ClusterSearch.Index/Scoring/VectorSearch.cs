using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// Searches of one snapshot: a plan, bounds for its pieces or units in one pass for several queries, then each query's best. A plan of few
/// pieces is searched exactly. The last single query's bounds are kept, since whoever asks for its first units may ask for more.
/// </summary>
/// <param name="deviations">How far bounds lie above estimates; null: exactly.</param>
/// <param name="level">Whose codes are gone through, unless exactly.</param>
internal sealed class VectorSearch(IndexView view, EmbeddedIndexOptions options, float? deviations, CoarseLevel level, SearchMeter meter) : IDisposable
{
    private Planned? _planned;
    private Kept? _kept;

    public IReadOnlyList<IReadOnlyList<T>> Run<T>(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, float least, bool perSample,
        Func<List<FoundSample>, IReadOnlyList<T>> convert, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answers = new IReadOnlyList<T>[queries.Count];
        Array.Fill(answers, []);
        if (view.Dimension == 0) return answers;
        var plan = PlanOf(filter);
        if (plan.PieceCount == 0) return answers;
        var workers = new Workers(plan.PieceCount < options.PiecesPerThread ? 1 : options.ThreadCount);
        for (var first = 0; first < queries.Count; first += CoarseBounds.QueriesPerPass)
        {
            QueryVector[] vectors = [.. queries.Skip(first).Take(CoarseBounds.QueriesPerPass).Select(query => new QueryVector(query, Rotations.Of(view.Dimension)))];
            var bounds = BoundsOf(plan, vectors, k, isAlone: queries.Count == 1, workers, cancellation);
            try
            {
                for (var i = 0; i < vectors.Length; i++)
                {
                    var query = i;
                    var fine = new FineSearch(view, vectors[i], bounds[i], () => Finer(query), workers, meter);
                    answers[first + i] = convert(fine.Best(k, least, perSample, cancellation));
                }
            }
            finally
            {
                if (queries.Count == 1) Keep(queries[0], plan, bounds[0]);
                else foreach (var one in bounds) one.Dispose();
            }

            CoarseBounds Finer(int query)
            {
                var coarse = bounds[query];
                bounds[query] = FromCodes(plan, CoarseLevel.Pieces, [vectors[query]], k, workers, cancellation)[0];
                coarse.Dispose();
                return bounds[query];
            }
        }
        return answers;
    }

    public void Dispose() => Interlocked.Exchange(ref _kept, null)?.Bounds.Dispose();

    private BoundSlack SlackOf(QueryVector query, CoarseLevel level, float by) =>
        new(by * query.Length, SpreadOf(query, level) * by / SpreadProbe.Deviations, SpreadOf(query, CoarseLevel.Pieces) * by / SpreadProbe.Deviations);

    private float SpreadOf(QueryVector query, CoarseLevel level) => query.Spreads[(int)level] ??= view.SpreadOf(level).Along(query);

    /// <summary>The fewer are wanted, the more extreme is each of them, and the farther it tends to lie above its piece's mean: one deviation more for ten than for a hundred.</summary>
    private static float ForExtremes(int k) => Math.Clamp(2 - MathF.Log10(k), 0, 1);

    private ScanPlan PlanOf(VectorFilter filter)
    {
        if (_planned is { } known && known.Filter == filter) return known.Plan;
        var plan = ScanPlan.Of(view, filter);
        _planned = new Planned(filter, plan);
        return plan;
    }

    private CoarseBounds[] BoundsOf(ScanPlan plan, QueryVector[] vectors, int k, bool isAlone, Workers workers, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            if (isAlone && ReferenceEquals(kept.Plan, plan) && kept.Query.AsSpan().SequenceEqual(vectors[0].Given)) return [kept.Bounds];
            kept.Bounds.Dispose();
        }
        if (deviations is null || plan.PieceCount <= Math.Max(options.ExactPieces, view.PieceCount / options.ExactShare))
        {
            meter.Plan($"exact, by means: {plan.Description}", plan.PieceCount);
            meter.AddMeans(plan.PieceCount * vectors.Length, plan.PieceCount * vectors[0].Rotated.Length);
            return CoarseBounds.FromMeans(view, plan.At(CoarseLevel.Pieces), vectors, workers, cancellation);
        }
        return FromCodes(plan, level, vectors, k, workers, cancellation);
    }

    private CoarseBounds[] FromCodes(ScanPlan plan, CoarseLevel level, QueryVector[] vectors, int k, Workers workers, CancellationToken cancellation)
    {
        var by = deviations.GetValueOrDefault() + ForExtremes(k);
        var scan = plan.At(level);
        // A cold index: the disk reads in long runs while the first codes are added up.
        if (plan.PieceCount > view.PieceCount / 2)
            foreach (var segment in view.Segments) segment.ReadCodesAhead(level);
        var codeBytes = Kernels.SignCodes.BlockBytes(vectors[0].Rotated.Length) / Kernels.SignCodes.RowsPerBlock;
        meter.Plan($"by codes of {(level == CoarseLevel.Units ? "units" : "pieces")}, {by:0.0#} standard deviations: {plan.Description}", scan.RowCount);
        meter.AddEstimates(scan.RowCount * vectors.Length, scan.RowCount * (codeBytes + SegmentFormat.FactorsPerRow * sizeof(ushort)));
        return CoarseBounds.FromCodes(view, scan, vectors, [.. vectors.Select(vector => SlackOf(vector, level, by))], workers, cancellation);
    }

    private void Keep(float[] query, ScanPlan plan, CoarseBounds bounds) =>
        Interlocked.Exchange(ref _kept, new Kept([.. query], plan, bounds))?.Bounds.Dispose();

    private sealed record Planned(VectorFilter Filter, ScanPlan Plan);

    private sealed record Kept(float[] Query, ScanPlan Plan, CoarseBounds Bounds);
}
