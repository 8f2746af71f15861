using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;

namespace ClusterSearch.Gateway.Describing;

/// <summary>What an endpoint is for, whom it lets in, what it takes and what it answers. The role is enforced from here, and the API's description is made from it.</summary>
/// <param name="Summary">One line.</param>
/// <param name="Needs">The least role; null: open to everybody.</param>
internal sealed record Operation(string Summary, Role? Needs)
{
    /// <summary>The document that it takes; null for none, or for bytes.</summary>
    public Type? Body { get; init; }

    /// <summary>Media type of bytes that it takes.</summary>
    public string? BodyMedia { get; init; }

    /// <summary>The document that it answers; null for none, or for bytes.</summary>
    public Type? Answer { get; init; }

    /// <summary>Media types of bytes that it answers.</summary>
    public IReadOnlyList<string> AnswerMedia { get; init; } = [];

    public int Status { get; init; } = 200;

    public IReadOnlyList<QueryParameter> Query { get; init; } = [];
}

/// <param name="Type">Of JSON Schema: "string", "number", "integer", "boolean".</param>
internal sealed record QueryParameter(string Name, string Type, string Description, bool IsRequired = false);

internal static class OperationMetadata
{
    public static IEndpointConventionBuilder Is(this IEndpointConventionBuilder endpoint, Operation operation)
    {
        endpoint.WithMetadata(operation);
        return endpoint;
    }
}
