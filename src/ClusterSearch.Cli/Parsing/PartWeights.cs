using System.Globalization;

namespace ClusterSearch.Cli.Parsing;

/// <summary>
/// What --weight says: "image=0.5" weighs every image, "image2=0.5" the second alone. Parts are text, image, like and not;
/// one without a weight counts 1.
/// </summary>
internal sealed class PartWeights
{
    private static readonly string[] Kinds = ["text", "image", "like", "not"];
    private readonly Dictionary<(string Kind, int Number), double> _weights = [];

    /// <param name="texts">Each PART=W.</param>
    /// <param name="counts">How many parts of a kind the query has.</param>
    /// <exception cref="UsageException">No such part, no such weight, or one part weighed twice.</exception>
    public static PartWeights Parse(IReadOnlyList<string> texts, Func<string, int> counts)
    {
        var weights = new PartWeights();
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var part = equals < 0 ? text : text[..equals];
            var kind = part.TrimEnd("0123456789".ToCharArray());
            var number = 0;
            if (equals < 0 || !Kinds.Contains(kind, StringComparer.Ordinal)
                || (part.Length > kind.Length && (!int.TryParse(part[kind.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out number) || number == 0)))
                throw new UsageException($"--weight: expected PART=W with a part of text, image, like or not (image2 for the second image), found '{text}'");
            if (!double.TryParse(text[(equals + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                || weight <= 0 || !double.IsFinite(weight))
                throw new UsageException($"--weight: expected a weight above 0, found '{text}'; what should count against is given by --not");
            if (counts(kind) < Math.Max(1, number)) throw new UsageException($"--weight {text}: the query has no {part}");
            if (!weights._weights.TryAdd((kind, number), weight)) throw new UsageException($"--weight: {part} is weighed twice");
        }
        return weights;
    }

    /// <param name="kind">"text", "image", "like" or "not".</param>
    /// <param name="number">From 1.</param>
    public double Of(string kind, int number) =>
        _weights.TryGetValue((kind, number), out var own) ? own : _weights.GetValueOrDefault((kind, 0), 1);
}
