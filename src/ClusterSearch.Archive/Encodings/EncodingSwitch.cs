using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive.Encodings;

/// <summary>
/// Makes another encoding the one that searches use: one row changes, in one transaction. Each query reads it once and
/// takes model, index and vector files from there, so every answer is of one encoding, the old or the new.
/// </summary>
internal sealed class EncodingSwitch(ArchivePorts ports, ArchiveOptions options)
{
    /// <param name="idOrName">As <see cref="EncodingLookup"/> finds it.</param>
    /// <param name="force">Also while videos are missing from it.</param>
    /// <param name="cancellation">Stops before the switch, never within.</param>
    /// <exception cref="ClusterSearchException">archive.encoding while incomplete; model codes when its model cannot be used here.</exception>
    public async Task<EncodingUse> UseAsync(string idOrName, bool force, CancellationToken cancellation)
    {
        var target = await EncodingLookup.RequireAsync(ports.Catalog, options, idOrName, cancellation);
        var active = await EncodingLookup.RequireAsync(ports.Catalog, options, null, cancellation);
        var videos = await ports.Catalog.ListVideosAsync(cancellation);
        var missing = target.IsActive ? [] : await MissingAsync(videos, target.Encoding.Id, active.Encoding.Id, cancellation);
        if (missing.Count > 0 && !force)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                $"encoding {target.Encoding.Id} ({EncodingLookup.Describe(target.Encoding)}) misses {missing.Count} of {videos.Count} videos, {NameOf(missing[0])} among them; "
                + "go on with `clustersearch ingest --beside` and the settings it was begun with, or switch with --force and search without them");
        // A model that cannot be used would turn every search into a fault.
        using (var model = EncodingChoice.LoadModel(ports.Models, options, target.Encoding))
            EncodingChoice.Require(model.Check(ModelTowers.Text, force: false, cancellation), model.Facts);
        await ports.Catalog.ActivateEncodingAsync(target.Encoding.Id, cancellation);
        return new EncodingUse(EncodingSummary.Of(target.Encoding), EncodingSummary.Of(active.Encoding), videos.Count, missing.Count);
    }

    /// <summary>
    /// Videos with work left in the target, and those of which a search would find less than now: not planned, or with
    /// quarantined pieces where the active encoding has none. What is missing from both is no reason to stay.
    /// </summary>
    private async Task<List<VideoRecord>> MissingAsync(
        IReadOnlyList<VideoRecord> videos, string targetId, string activeId, CancellationToken cancellation)
    {
        var planned = (await ports.Catalog.ListPlansAsync(targetId, cancellation)).ToDictionary(plan => plan.Video);
        var current = (await ports.Catalog.ListPlansAsync(activeId, cancellation)).ToDictionary(plan => plan.Video);
        return [.. videos.Where(video =>
        {
            var isSearchable = current.TryGetValue(video.Id, out var now) && now.Count(ChunkState.Indexed) > 0;
            if (!planned.TryGetValue(video.Id, out var plan)) return isSearchable;
            var quarantined = plan.Count(ChunkState.Quarantined);
            return plan.Count(ChunkState.Indexed) + quarantined < plan.ChunkCount
                || (quarantined > 0 && isSearchable && now!.Count(ChunkState.Quarantined) == 0);
        })];
    }

    private static string NameOf(VideoRecord video) => video.Places.Count > 0 ? Path.GetFileName(video.Places[0].RelativePath) : video.Id.Value;
}
