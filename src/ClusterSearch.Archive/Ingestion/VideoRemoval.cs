using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

internal static class VideoRemoval
{
    /// <summary>Forgets a video. The index comes first: a video that is found must have its files and its row.</summary>
    public static async Task RemoveAsync(ArchivePorts ports, VideoId video, CancellationToken cancellation)
    {
        await ports.Vectors.DeleteVideoAsync(video, null, cancellation);
        await ports.RawVectors.DeleteVideoAsync(video, null, cancellation);
        await ports.Catalog.RemoveVideoAsync(video, cancellation);
    }
}
