using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Tests.Writing;

/// <summary>A register on whose way something happens: a fault, a stall, other writers at work, death.</summary>
internal sealed class InterruptedRegister(IManifestRegister register) : IManifestRegister
{
    /// <summary>Before the current manifest is asked for.</summary>
    public Func<CancellationToken, Task>? BeforeAsking { get; set; }

    /// <summary>When the writer's files are on the disk and no manifest names them.</summary>
    public Func<Task>? BeforePublishing { get; set; }

    /// <summary>When a manifest is named and the writer does not know yet.</summary>
    public Func<Task>? AfterPublishing { get; set; }

    /// <summary>How often the register said yes.</summary>
    public int Publications { get; private set; }

    public static ClusterSearchException Unreachable() => new(ErrorCodes.ArchiveUnreachable, "the database does not answer") { IsTransient = true };

    public async Task<string?> CurrentAsync(string indexName, CancellationToken cancellation)
    {
        if (BeforeAsking is { } interruption) await interruption(cancellation);
        return await register.CurrentAsync(indexName, cancellation);
    }

    public Task<IReadOnlyList<NamedManifest>> ListAsync(CancellationToken cancellation) => register.ListAsync(cancellation);

    public async Task<bool> PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation)
    {
        if (BeforePublishing is { } before) await before();
        if (!await register.PublishAsync(indexName, previous, next, writer, cancellation)) return false;
        Publications++;
        if (AfterPublishing is { } after) await after();
        return true;
    }
}
