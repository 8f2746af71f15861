using System.Globalization;

namespace ClusterSearch.Core.Footage;

/// <summary>An exact fraction, reduced, with a positive denominator: time bases, frame rates, pixel aspects.</summary>
public readonly record struct Rational : IComparable<Rational>
{
    private readonly long _denominator;

    public Rational(long numerator, long denominator)
    {
        if (denominator == 0) throw new ArgumentOutOfRangeException(nameof(denominator), "a fraction's denominator is not zero");
        var divisor = Gcd(Math.Abs(numerator), Math.Abs(denominator));
        if (denominator < 0) divisor = -divisor;
        Numerator = numerator / divisor;
        _denominator = denominator / divisor;
    }

    public long Numerator { get; }

    public long Denominator => _denominator == 0 ? 1 : _denominator;

    public double Value => (double)Numerator / Denominator;

    /// <summary>Reads "30000/1001", "30000:1001" or a plain decimal such as "0.5" exactly.</summary>
    public static bool TryParse(string? text, out Rational value)
    {
        value = default;
        if (string.IsNullOrWhiteSpace(text)) return false;
        var split = text.IndexOfAny(['/', ':']);
        if (split > 0)
        {
            if (!long.TryParse(text.AsSpan(0, split), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
                || !long.TryParse(text.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var d) || d == 0) return false;
            value = new Rational(n, d);
            return true;
        }
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;
        long scale = 1;
        while (number != decimal.Truncate(number))
        {
            if (scale > 100_000_000) return false;
            number *= 10;
            scale *= 10;
        }
        if (Math.Abs(number) > long.MaxValue / 2) return false;
        value = new Rational((long)number, scale);
        return true;
    }

    public int CompareTo(Rational other) =>
        ((Int128)Numerator * other.Denominator).CompareTo((Int128)other.Numerator * Denominator);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a == 0 ? 1 : a;
    }
}
