using System.Runtime.CompilerServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;
using ClusterSearch.Index.Scoring;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>A leased view and the searches over it.</summary>
internal sealed class IndexSnapshot : IVectorSnapshot
{
    private readonly IndexView _view;
    private readonly EmbeddedIndexOptions _options;
    private readonly SearchTraffic _traffic;
    private readonly SearchMeter _meter = new();
    private readonly VectorSearch _search;
    private readonly IndexSnapshot? _parent;
    private readonly Lazy<IndexSnapshot> _forShots;
    private readonly Lazy<IndexSnapshot> _exactly;
    private int _isDisposed;

    public IndexSnapshot(IndexView view, EmbeddedIndexOptions options, SearchTraffic traffic)
    {
        (_view, _options, _traffic) = (view, options, traffic);
        _search = new VectorSearch(view, options, options.Exact ? null : options.Deviations, CoarseLevel.Pieces, _meter);
        _forShots = new Lazy<IndexSnapshot>(() => new IndexSnapshot(this, options.Exact ? null : options.ShotDeviations));
        _exactly = new Lazy<IndexSnapshot>(() => new IndexSnapshot(this, null));
    }

    /// <param name="parent">Of which this is another way to search.</param>
    /// <param name="deviations">Null: exactly.</param>
    private IndexSnapshot(IndexSnapshot parent, float? deviations)
    {
        (_view, _options, _traffic, _meter, _parent) = (parent._view, parent._options, parent._traffic, parent._meter, parent);
        _search = new VectorSearch(_view, _options, deviations, CoarseLevel.Units, _meter);
        _forShots = new Lazy<IndexSnapshot>(this);
        _exactly = deviations is null ? new Lazy<IndexSnapshot>(this) : parent._exactly;
    }

    public int Dimension => _view.Dimension;

    public SearchCost Cost => _meter.Cost;

    public IReadOnlyList<StoreFault> Faults => [.. _view.Segments.SelectMany(segment => segment.Faults)];

    public IVectorSnapshot Exactly() => _exactly.Value;

    public IVectorSnapshot ForShots() => _forShots.Value;

    public ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>> SearchUnitsAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        using var use = Use();
        using var passage = _traffic.Enter();
        Check(queries, k);
        return ValueTask.FromResult(Units(queries, filter, k, float.NegativeInfinity, cancellation));
    }

    public ValueTask<IReadOnlyList<UnitHit>> SearchUnitsFromAsync(float[] query, VectorFilter filter, int k, float least, CancellationToken cancellation)
    {
        using var use = Use();
        using var passage = _traffic.Enter();
        Check([query], k);
        return ValueTask.FromResult(Units([query], filter, k, least, cancellation)[0]);
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchSamplesAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        using var use = Use();
        using var passage = _traffic.Enter();
        Check(queries, k);
        return ValueTask.FromResult(_search.Run(queries, filter, k, float.NegativeInfinity, perSample: true, found => (IReadOnlyList<SampleHit>)found.ConvertAll(ToHit), cancellation));
    }

    public ValueTask<IReadOnlyList<SampleScores>> ScoreSamplesAsync(
        IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        using var use = Use();
        using var passage = _traffic.Enter();
        Check(queries, 1);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new RangeScores(_view, cancellation).Of(Vectors(queries), video, range));
    }

    public ValueTask<IReadOnlyList<ShotScores>> ScoreShotsAsync(float[] query, IReadOnlyList<UnitKey> units, CancellationToken cancellation)
    {
        using var use = Use();
        using var passage = _traffic.Enter();
        Check([query], 1);
        if (_view.Dimension == 0) return ValueTask.FromResult<IReadOnlyList<ShotScores>>([]);
        return ValueTask.FromResult(ShotScoring.Score(_view, Vectors([query])[0], units, new Workers(_options.ThreadCount), _meter, cancellation));
    }

    public ValueTask<IReadOnlyList<UnitKey>> ListUnitsAsync(VideoId video, CancellationToken cancellation)
    {
        using var use = Use();
        return ValueTask.FromResult<IReadOnlyList<UnitKey>>(
            [.. VideoRows.Reaching(_view, _view.Find(video), SampleRange.Everything).Select(unit => KeyOf(video, unit.Unit))]);
    }

    public async IAsyncEnumerable<StoredUnit> ReadUnitsAsync(VideoId video, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var use = Use();
        await Task.CompletedTask;
        foreach (var (segment, unit) in VideoRows.Reaching(_view, _view.Find(video), SampleRange.Everything))
        {
            cancellation.ThrowIfCancellationRequested();
            var whole = _view.Segments[segment];
            if (whole.AreSamplesWhole(unit.SampleOffset, unit.Count) && whole.ArePiecesWhole(unit.FirstPiece, unit.PieceCount))
                yield return new StoredUnit(KeyOf(video, unit), whole.Seconds(unit.SampleOffset, unit.Count).ToArray(), unit.Digest);
        }
    }

    public ValueTask<IReadOnlyList<VideoId>> ListVideosAsync(CancellationToken cancellation)
    {
        using var use = Use();
        return ValueTask.FromResult<IReadOnlyList<VideoId>>(Array.ConvertAll(_view.Videos, video => video.Id));
    }

    public ValueTask<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation)
    {
        using var use = Use();
        return ValueTask.FromResult(UnitCount.Of(_view, filter, cancellation));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _search.Dispose();
        // The other ways to search live as long as what they were made of.
        if (_parent is not null) return;
        if (_forShots.IsValueCreated) _forShots.Value.Dispose();
        if (_exactly.IsValueCreated) _exactly.Value.Dispose();
        _view.Release();
    }

    private IReadOnlyList<IReadOnlyList<UnitHit>> Units(IReadOnlyList<float[]> queries, VectorFilter filter, int k, float least, CancellationToken cancellation) =>
        _search.Run(queries, filter, k, least, perSample: false, found => (IReadOnlyList<UnitHit>)found.ConvertAll(ToUnit), cancellation);

    private static UnitKey KeyOf(VideoId video, UnitRow unit) => new(video, unit.FirstSample, unit.ShotFirstSample, unit.Count);

    private UnitHit ToUnit(FoundSample found)
    {
        var segment = _view.Segments[found.Segment];
        var unit = segment.Units[found.Unit];
        return new UnitHit(KeyOf(segment.Videos.Ids[unit.Video], unit), found.Score);
    }

    private SampleHit ToHit(FoundSample found)
    {
        var segment = _view.Segments[found.Segment];
        var unit = segment.Units[found.Unit];
        return new SampleHit(segment.Videos.Ids[unit.Video], unit.FirstSample + found.Sample, unit.ShotFirstSample, found.Score);
    }

    private QueryVector[] Vectors(IReadOnlyList<float[]> queries) =>
        _view.Dimension == 0 ? [.. queries.Select(_ => (QueryVector)null!)] : [.. queries.Select(query => new QueryVector(query, Rotations.Of(_view.Dimension)))];

    private void Check(IReadOnlyList<float[]> queries, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        foreach (var query in queries)
        {
            if (_view.Dimension != 0 && query.Length != _view.Dimension)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query of {_view.Dimension} dimensions was expected, {query.Length} found");
            // Covers NaN and infinity, and numbers so large that scores would be.
            if (!float.IsFinite(DotKernel.Dot(query, query)))
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query's numbers and its length are finite, these are not");
        }
    }

    /// <summary>Holds the view for one call, so that a Dispose meanwhile takes no memory from under it.</summary>
    private Lent Use()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0 || !_view.TryLease(), this);
        return new Lent(_view);
    }

    private readonly struct Lent(IndexView view) : IDisposable
    {
        public void Dispose() => view.Release();
    }
}
