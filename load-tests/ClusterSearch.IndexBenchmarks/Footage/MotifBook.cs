using System.Numerics.Tensors;

namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>What all videos of a seed share: motifs, their popularity, and a pool of noise with the motifs' spectrum.</summary>
internal sealed class MotifBook
{
    /// <summary>Rows of noise, each of length 1; samples add two or three under random signs, so sums hardly repeat. 1 MB at 512 dimensions: it stays in the second cache.</summary>
    public const int NoiseRows = 512;

    private readonly FootageModel _model;
    private readonly float[] _motifs;
    private readonly float[] _noise;
    private readonly double[] _popularity;

    public MotifBook(FootageModel model, ulong seed)
    {
        if (model.Dimension % 16 != 0) throw new ArgumentException($"a dimension that 16 divides was expected, found {model.Dimension}", nameof(model));
        _model = model;
        var draws = new Draws(Draws.SeedOf(seed, 1, 0));
        var axes = Axes(draws, model.Dimension, model.CoordinateAxes);
        var common = new float[model.Dimension];
        draws.FillGaussian(common);
        Normalise(common);
        _motifs = Directions(draws, axes, model.Motifs);
        for (var motif = 0; motif < model.Motifs; motif++)
        {
            var row = _motifs.AsSpan(motif * model.Dimension, model.Dimension);
            TensorPrimitives.Multiply(row, (float)Math.Sqrt(1 - model.Common * model.Common), row);
            TensorPrimitives.MultiplyAdd(common, (float)model.Common, row, row);
            Normalise(row);
        }
        _noise = Directions(draws, axes, NoiseRows);
        _popularity = new double[model.Motifs];
        double sum = 0;
        for (var motif = 0; motif < model.Motifs; motif++) _popularity[motif] = sum += Math.Pow(motif + 10, -model.MotifExponent);
        for (var motif = 0; motif < model.Motifs; motif++) _popularity[motif] /= sum;
    }

    /// <summary>Of length 1; the first are the most popular.</summary>
    public ReadOnlySpan<float> Motif(int motif) => _motifs.AsSpan(motif * _model.Dimension, _model.Dimension);

    /// <summary>Of length 1.</summary>
    public ReadOnlySpan<float> Noise(int row) => _noise.AsSpan(row * _model.Dimension, _model.Dimension);

    public int DrawMotif(Draws draws)
    {
        var found = Array.BinarySearch(_popularity, draws.Uniform());
        return Math.Min(found < 0 ? ~found : found + 1, _popularity.Length - 1);
    }

    /// <summary>Adds two rows of noise under random signs: a direction of about the given length.</summary>
    public void AddNoise(Draws draws, double length, Span<float> target)
    {
        for (var i = 0; i < 2; i++)
        {
            var amount = (float)(length * Math.Sqrt(0.5) * (draws.Below(2) * 2 - 1));
            TensorPrimitives.MultiplyAdd(Noise(draws.Below(NoiseRows)), amount, target, target);
        }
    }

    public static void Normalise(Span<float> vector) => TensorPrimitives.Multiply(vector, 1 / TensorPrimitives.Norm<float>(vector), vector);

    /// <summary>Orthonormal axes, at random but for the first ones.</summary>
    private static float[] Axes(Draws draws, int dimension, int coordinateAxes)
    {
        var axes = new float[dimension * dimension];
        for (var axis = 0; axis < dimension; axis++)
        {
            var row = axes.AsSpan(axis * dimension, dimension);
            if (axis < coordinateAxes) row[axis] = 1;
            else draws.FillGaussian(row);
            // Gram and Schmidt, twice: once loses digits.
            for (var pass = 0; pass < 2; pass++)
            {
                for (var earlier = 0; earlier < axis; earlier++)
                {
                    var other = axes.AsSpan(earlier * dimension, dimension);
                    TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<float>(row, other), row, row);
                }
                Normalise(row);
            }
        }
        return axes;
    }

    private float[] Directions(Draws draws, float[] axes, int count)
    {
        var dimension = _model.Dimension;
        var directions = new float[count * dimension];
        for (var i = 0; i < count; i++)
        {
            var row = directions.AsSpan(i * dimension, dimension);
            for (var axis = 0; axis < dimension; axis++)
            {
                var amount = (float)(draws.Gaussian() * Math.Pow(axis + 8, -_model.SpectrumExponent / 2));
                TensorPrimitives.MultiplyAdd(axes.AsSpan(axis * dimension, dimension), amount, row, row);
            }
            Normalise(row);
        }
        return directions;
    }
}
