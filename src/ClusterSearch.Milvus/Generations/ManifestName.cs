using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ClusterSearch.Milvus.Generations;

/// <summary>
/// The whole state of an encoding, as the name that the archive's catalogue keeps: which collections, which writes count, and
/// the server's time of the last row among them, which a reader on any host waits for.
/// </summary>
internal sealed record ManifestName(string Revision, PublishedGenerations Generations, ulong Timestamp)
{
    private const string Kind = "milvus";
    private const char Separator = '-';

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kind}{Separator}{Revision}{Separator}{Generations.Last}{Separator}{Generations.HoleFirst}{Separator}{Generations.HoleEnd}{Separator}{Timestamp}");

    /// <returns>False for a name that another kind of index gave.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ManifestName? name)
    {
        name = null;
        if (text?.Split(Separator) is not [Kind, { Length: > 0 } revision, var last, var holeFirst, var holeEnd, var timestamp]) return false;
        if (!TryNumber(last, out var generation) || !TryNumber(holeFirst, out var first) || !TryNumber(holeEnd, out var end)
            || !ulong.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var time)) return false;
        name = new ManifestName(revision, new PublishedGenerations(generation, first, end), time);
        return true;
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
