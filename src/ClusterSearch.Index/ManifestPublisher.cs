using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index;

/// <summary>How the naming of a manifest ended.</summary>
/// <param name="IsPublished">The register names it.</param>
/// <param name="IsCertain">When not published: it never will be. Otherwise it may have been, and replaced since, or may still be.</param>
/// <param name="Fault">What the register said; null when it refused at once, for the role or the manifest is another's by now.</param>
internal readonly record struct Publication(bool IsPublished, bool IsCertain, ClusterSearchException? Fault)
{
    public static Publication Done { get; } = new(true, true, null);
}

/// <summary>
/// Has the register name manifests. A fault leaves open whether the register did it before the answer was lost; to say the
/// same again is safe, and whoever has no answer in the end asks what is current.
/// </summary>
internal sealed class ManifestPublisher(string indexName, IManifestRegister register, TimeProvider clock)
{
    // Longer outages are for the caller to wait out: its role may go meanwhile.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    /// <summary>Cannot be cancelled: a call that was given up would leave open what became of it.</summary>
    public async Task<Publication> PublishAsync(string? previous, string? next, RoleLease? role)
    {
        ClusterSearchException? fault = null;
        foreach (var pause in Pauses.Prepend(TimeSpan.Zero))
        {
            if (pause > TimeSpan.Zero) await Task.Delay(pause, clock, CancellationToken.None);
            try
            {
                return await register.PublishAsync(indexName, previous, next, role, CancellationToken.None) ? Publication.Done : new Publication(false, fault is null, fault);
            }
            catch (ClusterSearchException said)
            {
                fault = said;
                if (!said.IsTransient) break;
            }
        }
        try
        {
            if (await register.CurrentAsync(indexName, CancellationToken.None) == next) return Publication.Done;
            return new Publication(false, IsCertain: !fault!.IsTransient, fault);
        }
        catch (ClusterSearchException)
        {
            return new Publication(false, IsCertain: false, fault);
        }
    }
}
