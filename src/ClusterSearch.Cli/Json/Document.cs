using System.Text.Json.Serialization;

namespace ClusterSearch.Cli.Json;

/// <summary>
/// What a command writes with --json: one document on standard output. Names are camelCase, times are seconds, states are
/// lower-case words. A field is added without a new version; a field that changes meaning or goes raises it.
/// </summary>
internal abstract record Document
{
    public const int CurrentSchemaVersion = 1;

    [JsonPropertyOrder(-1)]
    public int SchemaVersion => CurrentSchemaVersion;
}

internal sealed record ErrorDocument(ErrorDetail Error) : Document;

internal sealed record ErrorDetail(string Code, string Message);
