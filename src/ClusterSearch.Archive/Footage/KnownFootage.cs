using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Footage;

/// <summary>The files of the videos that an archive knows already.</summary>
internal static class KnownFootage
{
    /// <param name="catalog">Which videos there are.</param>
    /// <param name="places">Where they lie here.</param>
    /// <param name="failed">Told of every video that cannot be reached. Nothing is recorded: what was ingested of it is still searched.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>One file a video.</returns>
    public static async Task<IReadOnlyList<DiscoveredFile>> FindAsync(
        ICatalog catalog, PlaceBook places, Action<string, ClusterSearchException> failed, CancellationToken cancellation)
    {
        var files = new List<DiscoveredFile>();
        foreach (var video in await catalog.ListVideosAsync(cancellation))
        {
            if (places.FindFile(video) is { } path)
            {
                files.Add(new DiscoveredFile(path, null));
                continue;
            }
            var where = video.Places.Select(place => places.PathOf(place) ?? place.ToString()).FirstOrDefault() ?? video.Id.Value;
            failed(where, new ClusterSearchException(ErrorCodes.FootageNotFound, $"{where}: the footage of a known video is not there any more; what was ingested of it stays"));
        }
        return files;
    }
}
