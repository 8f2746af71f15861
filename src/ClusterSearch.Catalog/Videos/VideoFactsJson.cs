using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Videos;

/// <summary>
/// A video's facts as one column: read and written whole, never searched by. Members added later are absent in older
/// rows and take their default; a required one needs a migration.
/// </summary>
internal static class VideoFactsJson
{
    public static string Write(VideoFacts facts) => JsonSerializer.Serialize(facts, CatalogJson.Default.VideoFacts);

    /// <exception cref="ClusterSearchException">archive.corrupt.</exception>
    public static VideoFacts Read(string json, VideoId video)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CatalogJson.Default.VideoFacts)
                ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
                $"the catalogue's facts of video {video} cannot be read ({fault.Message}); remove the video and ingest it again", fault);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(RationalJson)])]
[JsonSerializable(typeof(VideoFacts))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class CatalogJson : JsonSerializerContext;

/// <summary>A fraction as "30000/1001".</summary>
internal sealed class RationalJson : JsonConverter<Rational>
{
    public override Rational Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Rational.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException("a fraction is written as \"numerator/denominator\"");

    public override void Write(Utf8JsonWriter writer, Rational value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
