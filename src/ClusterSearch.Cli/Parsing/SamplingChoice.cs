using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Parsing;

/// <summary>What --rate and --sampling say together.</summary>
internal static class SamplingChoice
{
    private const string ExpectedRate = "samples a second, above 0 and at most 1000, such as 1, 0.5 or 30000/1001, or 'native'";

    /// <returns>Null when neither is given: the archive's own sampling.</returns>
    /// <exception cref="UsageException">They contradict each other, or a value is none.</exception>
    public static Sampling? Parse(string? rate, string? kind)
    {
        var native = string.Equals(rate, "native", StringComparison.OrdinalIgnoreCase);
        SamplingKind? chosen = kind is null ? null : Choice.Of<SamplingKind>(kind, "--sampling");
        if (chosen == SamplingKind.Keyframes && rate is not null || chosen == SamplingKind.Grid && native || chosen == SamplingKind.Native && rate is not null && !native)
            throw new UsageException($"--rate {rate} does not go with --sampling {kind}: a rate is the grid's");
        if (chosen == SamplingKind.Keyframes) return Sampling.Keyframes;
        if (chosen == SamplingKind.Native || native) return Sampling.Native;
        if (rate is null) return chosen is null ? null : Sampling.Default;
        if (!Rational.TryParse(rate, out var value) || value.Numerator <= 0 || value.CompareTo(new Rational(1000, 1)) > 0)
            throw new UsageException($"--rate: expected {ExpectedRate}, found '{rate}'");
        return Sampling.Grid(value);
    }
}
