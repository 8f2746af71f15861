using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClusterSearch.Testing;
using Json.Schema;
using Microsoft.OpenApi;

namespace ClusterSearch.Gateway.Tests;

/// <summary>The OpenAPI document: valid, whole, and true of what is answered.</summary>
public sealed partial class ApiDescriptionTests(ServedSamples served)
{
    [Fact]
    public async Task It_is_a_valid_OpenAPI_document()
    {
        var (document, diagnostic) = OpenApiDocument.Parse(await served.Http.GetStringAsync("/api/v1/openapi.json"), OpenApiConstants.Json);
        Assert.NotNull(diagnostic);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic.SpecificationVersion);
        Assert.Empty(diagnostic.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.Equal("1.2.3", document!.Info.Version);
        Assert.Empty(document.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        var ids = document.Paths.Values.SelectMany(path => path.Operations!.Values).Select(operation => operation.OperationId).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    /// <summary>docs/api.md is written by hand: both name the same endpoints and the same roles.</summary>
    [Fact]
    public async Task It_and_the_written_reference_name_the_same_endpoints_and_roles()
    {
        var described = new List<string>();
        foreach (var (path, item) in (await DescriptionAsync())["paths"]!.AsObject())
            foreach (var (method, operation) in item!.AsObject())
                described.Add($"{method.ToUpperInvariant()} {path.Replace("/api/v1", "", StringComparison.Ordinal)} {RoleOf(operation!)}");
        var written = Rows().Matches(await File.ReadAllTextAsync(Path.Combine(TestAssets.Repository, "docs", "api.md"))).SelectMany(row =>
            row.Groups["methods"].Value.Split(", ").Select(method => $"{method} {row.Groups["path"].Value.Split('?')[0]} {row.Groups["needs"].Value.Split(';')[0]}")).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(described.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_answered_is_as_it_is_described()
    {
        var description = await DescriptionAsync();
        var video = await served.VideoAsync("garden-walk.mp4");
        var query = new JsonArray(new JsonObject { ["kind"] = "text", ["text"] = "a cat" });
        (string Method, string Path, string Asked, JsonNode? Body)[] questions =
        [
            ("post", "/api/v1/search", "/api/v1/search", new JsonObject { ["parts"] = query.DeepClone(), ["fold"] = true, ["explain"] = true, ["exact"] = true }),
            ("post", "/api/v1/videos/{id}/scores", $"/api/v1/videos/{video}/scores", new JsonObject { ["parts"] = query.DeepClone() }),
            ("get", "/api/v1/videos", "/api/v1/videos", null),
            ("get", "/api/v1/videos/{id}", $"/api/v1/videos/{video}", null),
            ("get", "/api/v1/videos/find", "/api/v1/videos/find?name=garden-walk.mp4", null),
            ("get", "/api/v1/ingestion", "/api/v1/ingestion", null),
            ("get", "/api/v1/status", "/api/v1/status", null),
            ("get", "/api/v1/encodings", "/api/v1/encodings", null),
            ("get", "/api/v1/feedback", "/api/v1/feedback", null),
            ("get", "/api/v1/operations", "/api/v1/operations", null),
            ("get", "/api/v1/about", "/api/v1/about", null),
            ("get", "/health/live", "/health/live", null),
        ];
        foreach (var (method, path, asked, body) in questions)
        {
            var operation = description["paths"]![path]![method]!;
            var reference = operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();
            var answer = body is null ? await served.Http.GetStringAsync(asked) : (await served.PostAsync(asked, body)).GetRawText();
            AssertFits(description, reference, JsonNode.Parse(answer)!, asked);
            if (body is not null) AssertFits(description, operation["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>(), body, $"the body of {asked}");
        }
        var problem = JsonNode.Parse(await (await served.Http.GetAsync("/api/v1/videos/nothing")).Content.ReadAsStringAsync())!;
        AssertFits(description, "#/components/schemas/Problem", problem, "a problem");
        // A schema that everything fits would show nothing.
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertFits(description, "#/components/schemas/Problem", new JsonObject { ["status"] = "many" }, "no problem"));
    }

    private static void AssertFits(JsonNode description, string reference, JsonNode document, string what)
    {
        // The same schemas where a JSON Schema by itself has them.
        var definitions = description["components"]!["schemas"]!.ToJsonString();
        var schema = JsonSchema.FromText($$"""{"$ref":"{{reference}}","$defs":{{definitions}}}""".Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
        var result = schema.Evaluate(JsonSerializer.SerializeToElement(document), new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, $"{what}: {string.Join("; ", (result.Details ?? []).Where(detail => detail.Errors is not null).Select(detail => $"{detail.InstanceLocation} {string.Join(", ", detail.Errors!.Values)}"))}");
    }

    private static string RoleOf(JsonNode operation) =>
        operation["security"] is JsonArray { Count: 0 } ? "nothing" : RoleWords().Match(operation["description"]!.GetValue<string>()).Groups[1].Value;

    private async Task<JsonNode> DescriptionAsync() => JsonNode.Parse(await served.Http.GetStringAsync("/api/v1/openapi.json"))!;

    [GeneratedRegex(@"^\| (?<methods>(?:GET|POST|DELETE|HEAD|, )+) \| `(?<path>/[^`]*)` \| .* \| (?<needs>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("role (read|ingest|admin)")]
    private static partial Regex RoleWords();
}
