using System.Numerics.Tensors;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.IndexBenchmarks.Fitting;

/// <summary>What decides how hard footage is to search: collected from any footage, real or made.</summary>
internal sealed class FootageFigures
{
    /// <summary>A radius of fewer samples says little.</summary>
    private const int LeastSamples = 4;

    private readonly List<float> _neighbours = [];
    private readonly List<float> _radii = [];
    private readonly List<float> _shotLengths = [];
    private readonly List<float[]> _samples = [];
    private readonly List<int> _videos = [];
    private int _videoCount;

    /// <summary>Every n-th sample is kept for what is measured across videos.</summary>
    public required int KeepEvery { get; init; }

    public IReadOnlyList<float[]> Samples => _samples;

    public void AddVideo(IReadOnlyList<Unit> units)
    {
        _videoCount++;
        float[]? previous = null;
        long previousNumber = -2;
        foreach (var unit in units)
        {
            var dimension = unit.Mean.Length;
            if (unit.Count >= LeastSamples) _radii.Add(unit.Radius);
            for (var i = 0; i < unit.Count; i++)
            {
                var vector = unit.Vectors[(i * dimension)..((i + 1) * dimension)];
                if (previous is not null && unit.FirstSample + i == previousNumber + 1) _neighbours.Add(TensorPrimitives.Dot<float>(previous, vector));
                if ((unit.FirstSample + i) % KeepEvery == 0)
                {
                    _samples.Add(vector);
                    _videos.Add(_videoCount);
                }
                (previous, previousNumber) = (vector, unit.FirstSample + i);
            }
        }
        foreach (var shot in units.GroupBy(unit => unit.ShotFirstSample)) _shotLengths.Add(shot.Sum(unit => unit.Count));
    }

    /// <summary>A vector by itself, as if of a video of its own.</summary>
    public void AddSample(float[] vector)
    {
        _samples.Add(vector);
        _videos.Add(++_videoCount);
    }

    public IEnumerable<Figure> Figures()
    {
        yield return Figure.Quantiles("cosine of neighbours", _neighbours);
        yield return Figure.Quantiles("radius of units", _radii);
        yield return Figure.Quantiles("samples a shot", _shotLengths);
        var pairs = new List<float>();
        for (int i = 0, step = 1; pairs.Count < 20_000 && step < _samples.Count; i++)
        {
            if (i + step >= _samples.Count) (i, step) = (0, step * 2 + 1);
            if (i + step < _samples.Count && _videos[i] != _videos[i + step]) pairs.Add(TensorPrimitives.Dot<float>(_samples[i], _samples[i + step]));
        }
        yield return Figure.Quantiles("cosine of samples of two videos", pairs);
        var mean = new float[_samples[0].Length];
        foreach (var sample in _samples) TensorPrimitives.Add(mean, sample, mean);
        TensorPrimitives.Divide(mean, _samples.Count, mean);
        yield return Figure.Of("length of the mean vector", TensorPrimitives.Norm<float>(mean));
        yield return Figure.Of("effective dimensions", EffectiveDimensions(mean));
        foreach (var figure in Coordinates(mean)) yield return figure;
    }

    /// <summary>Scores of one query over the kept samples.</summary>
    public float[] Scores(float[] query) => [.. _samples.Select(sample => TensorPrimitives.Dot<float>(sample, query))];

    /// <summary>(trace C)^2 / |C|^2 of the covariance C, by the Gram matrix of at most 1,000 samples, which has the same eigenvalues.</summary>
    private double EffectiveDimensions(float[] mean)
    {
        var step = Math.Max(1, _samples.Count / 1000);
        var centred = _samples.Where((_, i) => i % step == 0).Select(sample =>
        {
            var row = new float[mean.Length];
            TensorPrimitives.Subtract(sample, mean, row);
            return row;
        }).ToArray();
        double trace = 0, square = 0;
        for (var i = 0; i < centred.Length; i++)
        {
            for (var j = 0; j < centred.Length; j++)
            {
                double product = TensorPrimitives.Dot<float>(centred[i], centred[j]);
                if (i == j) trace += product;
                square += product * product;
            }
        }
        return trace * trace / square;
    }

    /// <summary>Whether the variance lies along coordinates: real models have some that carry much of it.</summary>
    private IEnumerable<Figure> Coordinates(float[] mean)
    {
        var variances = new double[mean.Length];
        foreach (var sample in _samples)
            for (var c = 0; c < mean.Length; c++) variances[c] += (sample[c] - mean[c]) * (sample[c] - mean[c]);
        var shares = variances.OrderDescending().Select(variance => variance / variances.Sum()).ToArray();
        yield return Figure.Of("share of the widest coordinate in the variance", shares[0]);
        yield return Figure.Of("share of the eight widest", shares.Take(8).Sum());
    }
}

/// <param name="Values">Quantiles .05, .25, .5, .75 and .95, or one value.</param>
internal sealed record Figure(string Name, double[] Values)
{
    public static Figure Of(string name, double value) => new(name, [value]);

    public static Figure Quantiles(string name, IReadOnlyList<float> values)
    {
        var sorted = values.Order().ToArray();
        return new Figure(name, sorted.Length == 0 ? [] : [.. ((double[])[.05, .25, .5, .75, .95]).Select(part => (double)sorted[(int)(part * (sorted.Length - 1))])]);
    }
}
