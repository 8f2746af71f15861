namespace ClusterSearch.Core.Smoothing;

/// <summary>
/// A discrete Gaussian of odd size and unit sum: w[k] proportional to exp(-k^2 / (2 sigma^2)), k = -Radius … Radius.
/// Computed with +, * and / only, whose results IEEE 754 fixes: a library's exp may differ in its
/// last bit from one platform to the next, and with it every smoothed vector.
/// </summary>
public sealed class GaussianKernel
{
    private readonly double[] _weights;

    /// <param name="size">Number of weights, odd, at least 1.</param>
    /// <param name="sigma">Standard deviation in samples, finite and at least 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Size or sigma out of range.</exception>
    public GaussianKernel(int size, double sigma)
    {
        if (size < 1 || size % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(size), $"a kernel's size is odd and at least 1, found {size}");
        if (!double.IsFinite(sigma) || sigma < 0.1)
            throw new ArgumentOutOfRangeException(nameof(sigma), $"a kernel's sigma is finite and at least 0.1 samples, found {sigma}");
        Radius = size / 2;
        Sigma = sigma;
        _weights = new double[size];
        double sum = 0;
        for (var i = 0; i < size; i++)
        {
            var distance = i - Radius;
            _weights[i] = 1 / Exponential((double)distance * distance / (2 * sigma * sigma));
            sum += _weights[i];
        }
        for (var i = 0; i < size; i++) _weights[i] /= sum;
    }

    /// <summary>Size 11, sigma 1.8 samples: both smoothing methods use it.</summary>
    public static GaussianKernel Default { get; } = new(11, 1.8);

    /// <summary>How many samples it reaches to either side.</summary>
    public int Radius { get; }

    public int Size => _weights.Length;

    /// <summary>In samples.</summary>
    public double Sigma { get; }

    /// <summary>[Size], symmetric, summing to 1 within rounding; the middle one is the sample's own.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>exp(x) for x >= 0: Taylor's series of x / 2^m below one half, squared m times. Infinity where it overflows.</summary>
    private static double Exponential(double x)
    {
        var halvings = 0;
        while (x >= 0.5 && halvings < 64)
        {
            x /= 2;
            halvings++;
        }
        double sum = 1, term = 1;
        for (var n = 1; n <= 20; n++)
        {
            term *= x / n;
            sum += term;
        }
        for (; halvings > 0; halvings--) sum *= sum;
        return sum;
    }
}
