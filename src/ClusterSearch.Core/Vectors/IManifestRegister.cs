using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Core.Vectors;

/// <summary>
/// Port to the names of the indexes' current manifests. What an index holds is what the manifest named here says; another one,
/// left by a writer that died or lost its role, is ignored.
/// </summary>
public interface IManifestRegister
{
    /// <returns>Null while the index has none.</returns>
    Task<string?> CurrentAsync(string indexName, CancellationToken cancellation);

    /// <summary>All indexes, ordered by name (ordinal).</summary>
    Task<IReadOnlyList<NamedManifest>> ListAsync(CancellationToken cancellation);

    /// <summary>
    /// Names the next manifest if <paramref name="previous"/> is still the current one. Said twice it is done once: true also when
    /// <paramref name="next"/> is the current one already, so a manifest's name is never used twice.
    /// </summary>
    /// <param name="previous">Null: the index has none yet.</param>
    /// <param name="next">Null: the index has none any more.</param>
    /// <param name="writer">The role under which the writer acts; null where nobody else can write.</param>
    /// <returns>False, and nothing changed, when another manifest is current or the role is another's by now.</returns>
    Task<bool> PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation);
}

/// <param name="Manifest">Name of its current manifest.</param>
public sealed record NamedManifest(string IndexName, string Manifest);
