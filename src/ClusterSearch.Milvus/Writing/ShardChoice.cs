using System.Globalization;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Writing;

/// <summary>Which partition a new video goes to. It stays there while any of its rows do.</summary>
internal sealed class ShardChoice(MilvusOptions options)
{
    private const string Undated = "undated";

    public string Of(VideoAttributes attributes, VideoTable videos, IReadOnlyDictionary<string, long> addedSamples)
    {
        if (options.Sharding == MilvusSharding.ByMonth)
            return attributes.RecordedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"m{at.UtcDateTime:yyyy_MM}") : Undated;
        var last = videos.Shards.Concat(addedSamples.Keys).Where(IsBySize).Max(StringComparer.Ordinal);
        if (last is null) return NameOf(1);
        var samples = videos.All.Where(video => video.Shard == last).Sum(video => video.Samples) + addedSamples.GetValueOrDefault(last);
        return samples < options.SamplesPerShard ? last : NameOf(int.Parse(last.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture) + 1);
    }

    private static bool IsBySize(string shard) => shard.Length == 6 && shard[0] == 's' && shard.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number:D5}");
}
