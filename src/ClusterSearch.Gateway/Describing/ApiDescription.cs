using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClusterSearch.Gateway.Describing;

/// <summary>The API as an OpenAPI 3.1 document, made from the endpoints that are mapped and the documents that are written: it cannot say something else than they do.</summary>
internal static class ApiDescription
{
    public static JsonObject Of(IEnumerable<Endpoint> endpoints, string version)
    {
        var schemas = new DocumentSchemas();
        var paths = new JsonObject();
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>().OrderBy(one => one.RoutePattern.RawText, StringComparer.Ordinal))
        {
            if (endpoint.Metadata.GetMetadata<Operation>() is not { } operation || endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { } methods) continue;
            var path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (paths[path] is not JsonObject item) paths[path] = item = [];
            foreach (var method in methods.HttpMethods) item[method.ToLowerInvariant()] = Describe(endpoint, operation, method, schemas);
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "ClusterSearch", ["version"] = version,
                ["description"] = "Search inside video archives by meaning. Times in a video are seconds from its first frame, ranges are half-open, wall-clock times are ISO 8601 with an offset.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }, new JsonObject { ["session"] = new JsonArray() }, new JsonObject()),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.ToJson(),
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A key of `clustersearch keys add`. Not needed by a gateway without keys." },
                    ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = Security.Sessions.CookieName, ["description"] = "Of POST /api/v1/session. Changes carry the header X-ClusterSearch beside it." },
                },
            },
        };
    }

    private static JsonObject Describe(RouteEndpoint endpoint, Operation operation, string method, DocumentSchemas schemas)
    {
        var path = endpoint.RoutePattern;
        var words = path.RawText!.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(word => word is not ("api" or "v1")).Select(word => word.Trim('{', '}').Replace('.', '-'));
        var parameters = new JsonArray([.. path.Parameters.Select(one => Parameter("path", one.Name, "string", null, isRequired: true)),
            .. operation.Query.Select(one => Parameter("query", one.Name, one.Type, one.Description, one.IsRequired))]);
        var described = new JsonObject
        {
            ["operationId"] = $"{method.ToLowerInvariant()}-{string.Join('-', words)}",
            ["summary"] = operation.Summary,
            ["description"] = operation.Needs is { } role ? $"Needs the role {role.ToString().ToLowerInvariant()} where the gateway has keys." : "Open to everybody.",
            ["tags"] = new JsonArray(JsonValue.Create(words.First())),
        };
        if (operation.Needs is null) described["security"] = new JsonArray();
        if (parameters.Count > 0) described["parameters"] = parameters;
        if (operation.Body is { } body) described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(body) } } };
        else if (operation.BodyMedia is { } media) described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { [media] = new JsonObject() } };
        described["responses"] = new JsonObject
        {
            [operation.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = Answer(operation, schemas),
            ["default"] = new JsonObject
            {
                ["description"] = "A problem. Its code is stable.",
                ["content"] = new JsonObject { [Problem.ContentType] = new JsonObject { ["schema"] = schemas.Of(typeof(Problem)) } },
            },
        };
        return described;
    }

    private static JsonObject Answer(Operation operation, DocumentSchemas schemas)
    {
        var answer = new JsonObject { ["description"] = operation.Summary };
        if (operation.Answer is { } document) answer["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(document) } };
        else if (operation.AnswerMedia.Count > 0) answer["content"] = new JsonObject([.. operation.AnswerMedia.Select(media => KeyValuePair.Create(media, (JsonNode?)new JsonObject()))]);
        return answer;
    }

    private static JsonObject Parameter(string place, string name, string type, string? description, bool isRequired)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = new JsonObject { ["type"] = type } };
        if (description is not null) parameter["description"] = description;
        return parameter;
    }
}
