using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace ClusterSearch.Gateway.Describing;

/// <summary>JSON Schemas of documents, each once, from the same contracts that they are written and read by.</summary>
internal sealed class DocumentSchemas
{
    private const string Place = "#/components/schemas/";
    private static readonly JsonSchemaExporterOptions Strict = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = (context, schema) => Honest(context, schema) };

    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    /// <returns>A reference to it.</returns>
    public JsonObject Of(Type document)
    {
        if (!_schemas.ContainsKey(document.Name))
        {
            var schema = GatewayJson.Default.Options.GetJsonSchemaAsNode(document, Strict);
            Root(schema, Place + document.Name);
            if (schema is JsonObject top && top["type"] is JsonArray) top["type"] = "object";
            _schemas[document.Name] = schema;
        }
        return new JsonObject { ["$ref"] = Place + document.Name };
    }

    public JsonObject ToJson() => new(_schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value)));

    /// <summary>Required is what is always there: of what is asked nothing (what is missing is told by name), of answers all but what is left out when it is null.</summary>
    private static JsonNode Honest(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object || schema is not JsonObject item || item["required"] is not JsonArray required) return schema;
        var absent = context.TypeInfo.Type.Name.EndsWith("Body", StringComparison.Ordinal)
            ? context.TypeInfo.Properties
            : context.TypeInfo.Properties.Where(property => property.ShouldSerialize is not null);
        foreach (var property in absent)
            if (required.FirstOrDefault(name => name!.GetValue<string>() == property.Name) is { } name) required.Remove(name);
        if (required.Count == 0) item.Remove("required");
        return schema;
    }

    /// <summary>References within a schema count from its own root, which lies deeper in the description.</summary>
    private static void Root(JsonNode? node, string root)
    {
        switch (node)
        {
            case JsonObject item:
                if (item["$ref"] is JsonValue reference && reference.GetValue<string>() is ['#', .. var rest]) item["$ref"] = root + rest;
                foreach (var (_, inner) in item) Root(inner, root);
                break;
            case JsonArray items:
                foreach (var inner in items) Root(inner, root);
                break;
        }
    }
}
