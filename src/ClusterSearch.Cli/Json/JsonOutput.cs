using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClusterSearch.Cli.Json;

/// <summary>Writes the one document of a command.</summary>
internal static class JsonOutput
{
    public static void Write<T>(TextWriter output, T document, JsonTypeInfo<T> type)
        where T : Document
    {
        output.WriteLine(JsonSerializer.Serialize(document, type));
    }
}
