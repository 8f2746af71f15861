using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.IndexBenchmarks.Footage;

namespace ClusterSearch.IndexBenchmarks.Truth;

internal enum TruthKind
{
    /// <summary>Units by their upper bound: the order that the port states.</summary>
    UnitsByBound,

    /// <summary>Units by the score of their mean.</summary>
    UnitsByMean,

    /// <summary>Units by their best sample.</summary>
    UnitsByBest,

    Samples,

    /// <summary>Shots scored whole, smoothed and cut into moments by the search's own code.</summary>
    Moments,
}

/// <summary>
/// The best of what it was shown, for each scope, kind and query, exactly. One a thread; <see cref="MergeInto"/> brings them
/// together. What is expensive is done only for what can still come in: a moment is a mean of smoothed scores, these are means
/// of raw ones, so a shot is smoothed only where its best raw score reaches the threshold.
/// </summary>
internal sealed class TruthAccumulator
{
    private const int Kinds = 5;
    private const int Lanes = 16;
    private const int Groups = ScoreMatrix.Width / Lanes;

    private readonly MadeFootage _footage;
    private readonly IReadOnlyList<float[]> _queries;
    private readonly IReadOnlyList<Scope> _scopes;
    private readonly ScoreMatrix _matrix;
    private readonly int _count;
    private readonly TopScores[] _tops;
    private readonly float[] _thresholds;
    private readonly float[] _lengths = new float[ScoreMatrix.Width];
    private readonly float[] _scores;

    public TruthAccumulator(MadeFootage footage, IReadOnlyList<float[]> queries, IReadOnlyList<Scope> scopes, int count)
    {
        (_footage, _queries, _scopes, _count) = (footage, queries, scopes, count);
        _matrix = new ScoreMatrix(queries);
        _scores = new float[footage.Model.SamplesPerVideo * ScoreMatrix.Width];
        _tops = new TopScores[scopes.Count * Kinds * ScoreMatrix.Width];
        _thresholds = new float[_tops.Length];
        for (var i = 0; i < _tops.Length; i++)
        {
            _tops[i] = new TopScores(count);
            _thresholds[i] = i % ScoreMatrix.Width < queries.Count ? float.NegativeInfinity : float.PositiveInfinity;
        }
        for (var query = 0; query < queries.Count; query++) _lengths[query] = TensorPrimitives.Norm<float>(queries[query]);
    }

    public void Add(MadeVideo video, IReadOnlyList<Unit> units)
    {
        _matrix.Score(video.Vectors.AsSpan(0, video.Count * video.Dimension), video.Count, _scores);
        var id = _footage.IdOf(video.Number);
        var attributes = MadeFootage.AttributesOf(video.Number);
        for (var scope = 0; scope < _scopes.Count; scope++)
        {
            var filter = _scopes[scope].Filter;
            if (!filter.Admits(id, attributes)) continue;
            var window = filter.Window(attributes);
            AddUnits(video.Number, units, scope, window);
            AddMoments(video, units, scope, window);
        }
    }

    public IReadOnlyList<Scored> Best(int scope, TruthKind kind, int query) => _tops[IndexOf(scope, kind, query)].BestFirst();

    /// <summary>Hands over what was found and goes on with the thresholds of all.</summary>
    public void MergeInto(TruthAccumulator all)
    {
        for (var i = 0; i < _tops.Length; i++)
        {
            if (i % ScoreMatrix.Width >= _queries.Count) continue;
            all._tops[i].AddAll(_tops[i]);
            all._thresholds[i] = all._tops[i].Threshold;
            _tops[i].Clear(all._tops[i].Threshold);
            _thresholds[i] = all._tops[i].Threshold;
        }
    }

    private void AddUnits(int video, IReadOnlyList<Unit> units, int scope, (double From, double To) window)
    {
        var rows = MemoryMarshal.Cast<float, Vector512<float>>(_scores.AsSpan());
        foreach (var unit in units)
        {
            if (unit.Seconds[^1] < window.From || unit.Seconds[0] >= window.To) continue;
            var reciprocal = Vector512.Create(1f / unit.Count);
            for (var group = 0; group < Groups; group++)
            {
                var sum = Vector512<float>.Zero;
                var best = Vector512.Create(float.NegativeInfinity);
                var passing = 0;
                var sampleThresholds = Thresholds(scope, TruthKind.Samples, group);
                for (var i = 0; i < unit.Count; i++)
                {
                    var score = rows[((int)unit.FirstSample + i) * Groups + group];
                    sum += score;
                    if (unit.Seconds[i] < window.From || unit.Seconds[i] >= window.To) continue;
                    passing++;
                    best = Vector512.Max(best, score);
                    var reaching = Vector512.GreaterThanOrEqual(score, sampleThresholds).ExtractMostSignificantBits();
                    for (; reaching != 0; reaching &= reaching - 1)
                        Push(scope, TruthKind.Samples, group, reaching, score, video, unit.FirstSample + i, unit.FirstSample + i + 1);
                }
                if (passing == 0) continue;
                var mean = sum * reciprocal;
                var lengths = Vector512.Create<float>(_lengths.AsSpan(group * Lanes, Lanes));
                PushUnits(scope, TruthKind.UnitsByMean, group, mean, video, unit);
                PushUnits(scope, TruthKind.UnitsByBest, group, best, video, unit);
                PushUnits(scope, TruthKind.UnitsByBound, group, Vector512.FusedMultiplyAdd(lengths, Vector512.Create(unit.Radius), mean), video, unit);
            }
        }
    }

    private void PushUnits(int scope, TruthKind kind, int group, Vector512<float> scores, int video, Unit unit)
    {
        var reaching = Vector512.GreaterThanOrEqual(scores, Thresholds(scope, kind, group)).ExtractMostSignificantBits();
        for (; reaching != 0; reaching &= reaching - 1) Push(scope, kind, group, reaching, scores, video, unit.FirstSample, unit.FirstSample + unit.Count);
    }

    private void Push(int scope, TruthKind kind, int group, ulong reaching, Vector512<float> scores, int video, long first, long end)
    {
        var lane = System.Numerics.BitOperations.TrailingZeroCount(reaching);
        var at = IndexOf(scope, kind, group * Lanes + lane);
        _tops[at].Add(new Scored(scores[lane], video, first, end));
        _thresholds[at] = _tops[at].Threshold;
    }

    private void AddMoments(MadeVideo video, IReadOnlyList<Unit> units, int scope, (double From, double To) window)
    {
        var rows = MemoryMarshal.Cast<float, Vector512<float>>(_scores.AsSpan());
        for (var unit = 0; unit < units.Count;)
        {
            var shot = units[unit].ShotFirstSample;
            var isReached = false;
            var end = shot;
            for (; unit < units.Count && units[unit].ShotFirstSample == shot; unit++)
            {
                end = units[unit].FirstSample + units[unit].Count;
                isReached |= units[unit].Seconds[^1] >= window.From && units[unit].Seconds[0] < window.To;
            }
            if (!isReached) continue;
            for (var group = 0; group < Groups; group++)
            {
                var best = Vector512.Create(float.NegativeInfinity);
                for (var row = shot; row < end; row++) best = Vector512.Max(best, rows[(int)row * Groups + group]);
                var reaching = Vector512.GreaterThanOrEqual(best, Thresholds(scope, TruthKind.Moments, group)).ExtractMostSignificantBits();
                for (; reaching != 0; reaching &= reaching - 1)
                    AddMoments(video.Number, new SampleRange(shot, end), scope, group * Lanes + System.Numerics.BitOperations.TrailingZeroCount(reaching), window);
            }
        }
    }

    private void AddMoments(int video, SampleRange shot, int scope, int query, (double From, double To) window)
    {
        var at = IndexOf(scope, TruthKind.Moments, query);
        var raw = new float[shot.Count];
        for (var i = 0; i < raw.Length; i++) raw[i] = _scores[((int)shot.First + i) * ScoreMatrix.Width + query];
        foreach (var moment in MomentsOf(_footage.IdOf(video), shot.First, raw, window, _count))
            _tops[at].Add(new Scored(moment.Score, video, moment.Samples.First, moment.Samples.End));
        _thresholds[at] = _tops[at].Threshold;
    }

    /// <summary>A shot's moments as the search makes them of its raw scores.</summary>
    public static IEnumerable<FoundMoment> MomentsOf(VideoId video, long first, float[] raw, (double From, double To) window, int count)
    {
        var numbers = new long[raw.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = first + i;
        return new ShotCurve(video, numbers, HaloSmoothing.Scores(raw), SampleClock.Uniform(Sampling.Default.Rate)).Moments(window, MomentOptions.Default, count);
    }

    private Vector512<float> Thresholds(int scope, TruthKind kind, int group) =>
        Vector512.Create<float>(_thresholds.AsSpan(IndexOf(scope, kind, group * Lanes), Lanes));

    private static int IndexOf(int scope, TruthKind kind, int query) => (scope * Kinds + (int)kind) * ScoreMatrix.Width + query;
}
