namespace ClusterSearch.Index.Tests.Kernels;

/// <summary>Inputs of kernels, and sums in double to hold results against.</summary>
internal static class Vectors
{
    public static readonly int[] PaddedDimensions = [64, 128, 512, 768, 1152, 4096];

    /// <summary>Normally distributed values.</summary>
    public static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    public static float[] Unit(Random random, int dimension)
    {
        var values = Normal(random, dimension);
        var length = Math.Sqrt(Dot(values, values));
        return Array.ConvertAll(values, value => (float)(value / length));
    }

    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++) sum += (double)left[i] * right[i];
        return sum;
    }
}
