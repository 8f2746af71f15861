using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Tests.Faults;

/// <summary>A register that fails, or does what it was told and loses the answer, at the next naming.</summary>
internal sealed class FailingRegister(IManifestRegister register) : IManifestRegister
{
    public bool FailsBefore { get; set; }

    public bool FailsAfter { get; set; }

    public Task<string?> CurrentAsync(string indexName, CancellationToken cancellation) => register.CurrentAsync(indexName, cancellation);

    public Task<IReadOnlyList<NamedManifest>> ListAsync(CancellationToken cancellation) => register.ListAsync(cancellation);

    public async Task<bool> PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation)
    {
        if (FailsBefore) throw Lost();
        var isDone = await register.PublishAsync(indexName, previous, next, writer, cancellation);
        return FailsAfter ? throw Lost() : isDone;
    }

    private static ClusterSearchException Lost() => new(ErrorCodes.ArchiveUnreachable, "the connection was lost") { IsTransient = true };
}
