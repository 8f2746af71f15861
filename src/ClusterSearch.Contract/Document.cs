using System.Text.Json.Serialization;

namespace ClusterSearch.Contract;

/// <summary>
/// What a command writes with --json, and what the HTTP API answers: one document. Names are camelCase, times are seconds, states are
/// lower-case words. A field is added without a new version; a field that changes meaning or goes raises it.
/// </summary>
public abstract record Document
{
    public const int CurrentSchemaVersion = 1;

    [JsonPropertyOrder(-1)]
    public int SchemaVersion => CurrentSchemaVersion;
}

public sealed record ErrorDocument(ErrorDetail Error) : Document;

public sealed record ErrorDetail(string Code, string Message);
