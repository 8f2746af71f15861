using System.Collections.Concurrent;
using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Footage;

/// <summary>
/// Whether a file still is the video that it was registered as: by its content the first time, then by size and time as long as
/// these stay. Asked before and after a chunk is read, it finds a file that was replaced or written over meanwhile.
/// </summary>
internal sealed class FootageIdentity
{
    private const int Remembered = 256;

    private readonly ConcurrentDictionary<(string Path, VideoId Video), (long Bytes, DateTime ModifiedAt)> _known = new();

    /// <exception cref="ClusterSearchException">footage.changed; footage.not_found, footage.unreadable.</exception>
    public async Task RequireAsync(string path, VideoRecord video, CancellationToken cancellation)
    {
        // What grows changes all the time and has no content of its own yet.
        if (video.IsGrowing) return;
        var seen = Look(path);
        if (_known.TryGetValue((path, video.Id), out var known) && known == seen) return;
        if (seen.Bytes != video.Facts.FileBytes)
            throw Changed(path, string.Create(CultureInfo.InvariantCulture, $"{video.Facts.FileBytes} bytes were registered, {seen.Bytes} found"));
        if (await ContentFingerprint.OfAsync(path, cancellation) != video.Id || Look(path) != seen)
            throw Changed(path, "its content is another than when it was registered");
        if (_known.Count >= Remembered) _known.Clear();
        _known[(path, video.Id)] = seen;
    }

    private static (long Bytes, DateTime ModifiedAt) Look(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc)
            : throw new ClusterSearchException(ErrorCodes.FootageNotFound, $"{path}: the file was there a moment ago and is gone");
    }

    private static ClusterSearchException Changed(string path, string how) =>
        new(ErrorCodes.FootageChanged, $"{path}: {how}; the file was replaced, ingest it again");
}
