using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Which query a verdict is about, whatever was filtered and however many moments were wanted: the parts as canonical JSON, and
/// the SHA-256 of that. Parts are a sum, so their order means nothing and they are sorted. A picture counts by its absolute path.
/// </summary>
internal sealed record QueryKey
{
    // Escapes all but plain ASCII: keys are kept for years, and what other encoders leave as it is changes with Unicode's tables.
    private static readonly JsonWriterOptions CanonicalForm = new() { Encoder = JavaScriptEncoder.Default, Indented = false };

    private QueryKey(string json, string hash) => (Json, Hash) = (json, hash);

    /// <summary>[{"kind":"text"|"image"|"like","value":…,"weight":…,"negative":…}, …]; a moment's value is VIDEO@SECONDS.</summary>
    public string Json { get; }

    /// <summary>64 lower-case hexadecimal digits: SHA-256 of <see cref="Json"/>.</summary>
    public string Hash { get; }

    /// <exception cref="ClusterSearchException">request.invalid: no parts, or a weight that is not above 0.</exception>
    public static QueryKey Of(IReadOnlyList<QueryPart> parts)
    {
        if (parts.Count == 0) throw new ClusterSearchException(ErrorCodes.RequestInvalid, "a query has at least one part: a text, an image or a moment");
        var json = $"[{string.Join(',', parts.Select(Write).Order(StringComparer.Ordinal))}]";
        return new QueryKey(json, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(json))));
    }

    private static string Write(QueryPart part)
    {
        if (!(part.Weight > 0 && double.IsFinite(part.Weight)))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, string.Create(CultureInfo.InvariantCulture, $"a part's weight is above 0, found {part.Weight}"));
        var (kind, value) = part switch
        {
            TextPart text => ("text", text.Text),
            ImagePart image => ("image", Path.GetFullPath(image.Path)),
            MomentPart moment => ("like", string.Create(CultureInfo.InvariantCulture, $"{moment.Video}@{moment.Seconds:R}")),
            _ => throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"a query part is a text, an image or a moment, found {part.GetType().Name}"),
        };
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written, CanonicalForm))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("value", value);
            json.WriteNumber("weight", part.Weight);
            json.WriteBoolean("negative", part.IsNegative);
            json.WriteEndObject();
        }
        return System.Text.Encoding.ASCII.GetString(written.GetBuffer(), 0, (int)written.Length);
    }
}
