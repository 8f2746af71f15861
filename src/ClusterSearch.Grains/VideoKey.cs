using ClusterSearch.Core.Footage;

namespace ClusterSearch.Grains;

/// <summary>Key of what concerns one video in one encoding: "encoding/video".</summary>
internal static class VideoKey
{
    public static string Of(string encoding, VideoId video) => $"{encoding}/{video.Value}";

    /// <exception cref="FormatException">It is no such key.</exception>
    public static (string Encoding, VideoId Video) Parse(string key)
    {
        var at = key.IndexOf('/', StringComparison.Ordinal);
        return at > 0 ? (key[..at], VideoId.Parse(key[(at + 1)..])) : throw new FormatException($"a key is encoding/video, found '{key}'");
    }
}
