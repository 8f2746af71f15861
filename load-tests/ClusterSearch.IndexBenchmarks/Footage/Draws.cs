namespace ClusterSearch.IndexBenchmarks.Footage;

/// <summary>Pseudo-random numbers that follow from a seed alone: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
internal sealed class Draws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed of its own for each thing that a seed has: a video, a shot, a query.</summary>
    public static ulong SeedOf(ulong seed, ulong kind, ulong number) => Mix(Mix(Mix(seed) + kind) + number);

    public ulong Next() => Mix(_state += 0x9E37_79B9_7F4A_7C15);

    /// <summary>In [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>In [0, count).</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>Normal, mean 0, deviation 1 (Box and Muller).</summary>
    public double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    public void FillGaussian(Span<float> values)
    {
        foreach (ref var value in values) value = (float)Gaussian();
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
