using System.Globalization;
using ClusterSearch.Archive.Searching;

namespace ClusterSearch.Grains;

/// <summary>Key of one part of an encoding: "encoding/index/count".</summary>
internal static class ShardKey
{
    public static string Of(string encoding, VideoShard shard) => string.Create(CultureInfo.InvariantCulture, $"{encoding}/{shard.Index}/{shard.Count}");

    /// <exception cref="FormatException">It is no such key.</exception>
    public static (string Encoding, VideoShard Shard) Parse(string key) =>
        key.Split('/') is [var encoding, var index, var count]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && i < n
            ? (encoding, new VideoShard(i, n))
            : throw new FormatException($"a key is encoding/index/count, found '{key}'");
}
