using System.Runtime.CompilerServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index;

/// <summary>A leased view and the scans over it.</summary>
internal sealed class IndexSnapshot(IndexView view, int threads) : IVectorSnapshot
{
    private int _isDisposed;

    public int Dimension => view.Dimension;

    public ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>> SearchUnitsAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        Check(queries, k);
        return Each(queries, query => new UnitScan(view, threads).Search(query, filter, k, cancellation));
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchSamplesAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        Check(queries, k);
        return Each(queries, query => new SampleScan(view, threads).Search(query, filter, k, cancellation));
    }

    public ValueTask<IReadOnlyList<SampleScores>> ScoreSamplesAsync(
        IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        Check(queries, 1);
        var numbers = new List<long>();
        var shots = new List<long>();
        var rows = new List<(int Segment, long Row)>();
        foreach (var place in PlacesOf(video, range))
        {
            var unit = view.Segments[place.Segment].Units[place.Unit];
            for (var i = 0; i < unit.Count; i++)
            {
                if (!range.Contains(unit.FirstSample + i)) continue;
                numbers.Add(unit.FirstSample + i);
                shots.Add(unit.ShotFirstSample);
                rows.Add((place.Segment, unit.SampleOffset + i));
            }
        }
        var (numberColumn, shotColumn) = (numbers.ToArray(), shots.ToArray());
        return Each(queries, query =>
        {
            var scores = new float[rows.Count];
            for (var i = 0; i < scores.Length; i++) scores[i] = DotKernel.Dot(query, view.Segments[rows[i].Segment].Vector(rows[i].Row));
            cancellation.ThrowIfCancellationRequested();
            return new SampleScores(numberColumn, shotColumn, scores);
        });
    }

    public ValueTask<IReadOnlyList<UnitKey>> ListUnitsAsync(VideoId video, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return ValueTask.FromResult<IReadOnlyList<UnitKey>>(view.Videos.TryGetValue(video, out var units)
            ? [.. units.Places.Select(place => view.Segments[place.Segment].Units[place.Unit])
                .Select(unit => new UnitKey(video, unit.FirstSample, unit.ShotFirstSample, unit.Count))]
            : []);
    }

    public async IAsyncEnumerable<Unit> ReadUnitsAsync(VideoId video, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ThrowIfDisposed();
        await Task.CompletedTask;
        if (!view.Videos.TryGetValue(video, out var units)) yield break;
        foreach (var place in units.Places)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return view.Segments[place.Segment].Read(place.Unit);
        }
    }

    public ValueTask<IReadOnlyList<VideoId>> ListVideosAsync(CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return ValueTask.FromResult<IReadOnlyList<VideoId>>([.. view.Videos.Keys]);
    }

    public ValueTask<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        long videos = 0, units = 0, samples = 0;
        foreach (var (id, video) in view.Videos)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!filter.Admits(id, video.Attributes)) continue;
            var (from, to) = filter.Window(video.Attributes);
            var unitsBefore = units;
            foreach (var place in video.Places)
            {
                var segment = view.Segments[place.Segment];
                var passing = SampleWindow.CountIn(segment.Seconds(segment.Units[place.Unit]), from, to);
                if (passing == 0) continue;
                units++;
                samples += passing;
            }
            if (units > unitsBefore) videos++;
        }
        return ValueTask.FromResult(new VectorCount(videos, units, samples));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0 && !ReferenceEquals(view, IndexView.Empty)) view.Release();
    }

    private IEnumerable<UnitPlace> PlacesOf(VideoId video, SampleRange range)
    {
        if (!view.Videos.TryGetValue(video, out var units)) yield break;
        // The unit before the range's first sample may reach into it.
        int low = 0, high = units.Places.Count;
        var from = range.First - Unit.MaximumSamples;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (units.Places[middle].FirstSample <= from) low = middle + 1;
            else high = middle;
        }
        for (var i = low; i < units.Places.Count && units.Places[i].FirstSample < range.End; i++) yield return units.Places[i];
    }

    private static ValueTask<IReadOnlyList<T>> Each<T>(IReadOnlyList<float[]> queries, Func<float[], T> answer)
    {
        var answers = new T[queries.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = answer(queries[i]);
        return ValueTask.FromResult<IReadOnlyList<T>>(answers);
    }

    private void Check(IReadOnlyList<float[]> queries, int k)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        foreach (var query in queries)
        {
            if (view.Dimension != 0 && query.Length != view.Dimension)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query of {view.Dimension} dimensions was expected, {query.Length} found");
            if (!ReplacementContent.AreFinite(query))
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query's numbers are finite, one was not");
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
