namespace ClusterSearch.Core.Footage;

public enum SamplingKind
{
    /// <summary>A uniform grid: sample k is the frame shown at start + k / rate.</summary>
    Grid,

    /// <summary>Every frame is a sample, in presentation order.</summary>
    Native,

    /// <summary>Every key frame is a sample; only key frames are decoded.</summary>
    Keyframes,
}

/// <summary>How a video is sampled: part of an encoding. Text form: "1/1", "5/1", "1/2", "native", "keyframes".</summary>
public sealed record Sampling
{
    private Sampling(SamplingKind kind, Rational rate)
    {
        Kind = kind;
        Rate = rate;
    }

    public static Sampling Native { get; } = new(SamplingKind.Native, default);

    public static Sampling Keyframes { get; } = new(SamplingKind.Keyframes, default);

    public static Sampling Default { get; } = Grid(new Rational(1, 1));

    public SamplingKind Kind { get; }

    /// <summary>Samples a second; zero unless <see cref="Kind"/> is <see cref="SamplingKind.Grid"/>.</summary>
    public Rational Rate { get; }

    /// <param name="rate">Samples a second, above 0 and at most 1000.</param>
    public static Sampling Grid(Rational rate) =>
        rate.Numerator > 0 && rate.CompareTo(new Rational(1000, 1)) <= 0
            ? new Sampling(SamplingKind.Grid, rate)
            : throw new ArgumentOutOfRangeException(nameof(rate), $"a sampling rate is above 0 and at most 1000 a second, found {rate}");

    public static Sampling Parse(string text) => text switch
    {
        "native" => Native,
        "keyframes" => Keyframes,
        _ when Rational.TryParse(text, out var rate) => Grid(rate),
        _ => throw new FormatException($"sampling is a rate a second, 'native' or 'keyframes', found '{text}'"),
    };

    public override string ToString() => Kind switch
    {
        SamplingKind.Native => "native",
        SamplingKind.Keyframes => "keyframes",
        _ => Rate.ToString(),
    };
}
