using System.Text.Json.Serialization;

namespace ClusterSearch.Cli.Json;

/// <param name="Key">The key itself, told this once.</param>
internal sealed record KeyDocument(string Name, string Role, string Key) : Document;

internal sealed record KeysDocument(IReadOnlyList<KeyEntryDocument> Keys) : Document;

internal sealed record KeyEntryDocument(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CreatedAt) : Document;
