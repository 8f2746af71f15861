using System.Runtime.CompilerServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Scoring;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>A leased view and the scans over it.</summary>
internal sealed class IndexSnapshot(IndexView view, int threads) : IVectorSnapshot
{
    private int _isDisposed;

    public int Dimension => view.Dimension;

    public ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>> SearchUnitsAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        using var use = Use();
        Check(queries, k);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new UnitScan(view, threads).Search(queries, filter, k, cancellation));
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchSamplesAsync(
        IReadOnlyList<float[]> queries, VectorFilter filter, int k, CancellationToken cancellation)
    {
        using var use = Use();
        Check(queries, k);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new SampleScan(view, threads).Search(queries, filter, k, cancellation));
    }

    public ValueTask<IReadOnlyList<SampleScores>> ScoreSamplesAsync(
        IReadOnlyList<float[]> queries, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        using var use = Use();
        Check(queries, 1);
        var found = new List<(Segment Segment, UnitRow Unit)>();
        var count = 0;
        foreach (var run in view.Find(video)?.Runs ?? [])
        {
            var segment = view.Segments[run.Segment];
            var units = segment.Units;
            for (var i = FirstReaching(units, run, range.First); i < run.End && units[i].FirstSample < range.End; i++)
            {
                found.Add((segment, units[i]));
                count += units[i].Count;
            }
        }
        var numbers = new long[count];
        var shots = new long[count];
        var scores = queries.Select(_ => new float[count]).ToArray();
        var filled = 0;
        foreach (var (segment, unit) in found)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var sample = 0; sample < unit.Count; sample++)
            {
                // Units at the ends of the range may reach beyond it.
                if (!range.Contains(unit.FirstSample + sample)) continue;
                numbers[filled] = unit.FirstSample + sample;
                shots[filled] = unit.ShotFirstSample;
                var vector = segment.Vector(unit.SampleOffset + sample);
                for (var query = 0; query < scores.Length; query++) scores[query][filled] = DotKernel.Dot(queries[query], vector);
                filled++;
            }
        }
        if (filled < count)
        {
            Array.Resize(ref numbers, filled);
            Array.Resize(ref shots, filled);
            for (var query = 0; query < scores.Length; query++) Array.Resize(ref scores[query], filled);
        }
        return ValueTask.FromResult<IReadOnlyList<SampleScores>>(Array.ConvertAll(scores, column => new SampleScores(numbers, shots, column)));
    }

    public ValueTask<IReadOnlyList<UnitKey>> ListUnitsAsync(VideoId video, CancellationToken cancellation)
    {
        using var use = Use();
        var keys = new List<UnitKey>();
        foreach (var run in view.Find(video)?.Runs ?? [])
            foreach (var unit in view.Segments[run.Segment].Units[run.First..run.End])
                keys.Add(new UnitKey(video, unit.FirstSample, unit.ShotFirstSample, unit.Count));
        return ValueTask.FromResult<IReadOnlyList<UnitKey>>(keys);
    }

    public async IAsyncEnumerable<StoredUnit> ReadUnitsAsync(VideoId video, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var use = Use();
        await Task.CompletedTask;
        foreach (var run in view.Find(video)?.Runs ?? [])
        {
            for (var unit = run.First; unit < run.End; unit++)
            {
                cancellation.ThrowIfCancellationRequested();
                var stored = view.Segments[run.Segment].Read(unit);
                yield return new StoredUnit(new UnitKey(video, stored.FirstSample, stored.ShotFirstSample, stored.Count), stored.Seconds, stored.Digest());
            }
        }
    }

    public ValueTask<IReadOnlyList<VideoId>> ListVideosAsync(CancellationToken cancellation)
    {
        using var use = Use();
        return ValueTask.FromResult<IReadOnlyList<VideoId>>(Array.ConvertAll(view.Videos, video => video.Id));
    }

    public ValueTask<VectorCount> CountAsync(VectorFilter filter, CancellationToken cancellation)
    {
        using var use = Use();
        long videos = 0, units = 0, samples = 0;
        foreach (var video in view.Videos)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!filter.Admits(video.Id, video.Attributes)) continue;
            var window = SampleWindow.Of(filter, video.Attributes);
            var unitsBefore = units;
            foreach (var run in video.Runs)
            {
                var segment = view.Segments[run.Segment];
                if (window.IsEverything)
                {
                    units += run.End - run.First;
                    samples += segment.SamplesIn(run.First, run.End);
                    continue;
                }
                foreach (var unit in segment.Units[run.First..run.End])
                {
                    var passing = window.CountIn(segment.Seconds(unit));
                    if (passing > 0) units++;
                    samples += passing;
                }
            }
            if (units > unitsBefore) videos++;
        }
        return ValueTask.FromResult(new VectorCount(videos, units, samples));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) view.Release();
    }

    /// <summary>The first unit of a run that reaches a sample number or lies behind it.</summary>
    private static int FirstReaching(ReadOnlySpan<UnitRow> units, UnitRun run, long number)
    {
        var (low, high) = (run.First, run.End);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (units[middle].FirstSample + units[middle].Count <= number) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private void Check(IReadOnlyList<float[]> queries, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        foreach (var query in queries)
        {
            if (view.Dimension != 0 && query.Length != view.Dimension)
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query of {view.Dimension} dimensions was expected, {query.Length} found");
            // Covers NaN and infinity, and numbers so large that scores would be.
            if (!float.IsFinite(DotKernel.Dot(query, query)))
                throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query's numbers and its length are finite, these are not");
        }
    }

    /// <summary>Holds the view for one call, so that a Dispose meanwhile takes no memory from under it.</summary>
    private Lent Use()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0 || !view.TryLease(), this);
        return new Lent(view);
    }

    private readonly struct Lent(IndexView view) : IDisposable
    {
        public void Dispose() => view.Release();
    }
}
