using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Videos;

/// <summary>What is stored of a video, as of one write.</summary>
/// <param name="Born">The write.</param>
/// <param name="Shard">The partition that holds its rows.</param>
/// <param name="Units">0 for a video that was deleted.</param>
/// <param name="EndSample">Behind its last sample.</param>
/// <param name="FirstSecond">Of its first sample.</param>
/// <param name="LastSecond">Of its last sample.</param>
internal sealed record VideoState(
    VideoId Id, long Born, VideoAttributes Attributes, string Shard, long Units, long Samples, long EndSample, double FirstSecond, double LastSecond)
{
    public string Key => KeyOf(Id, Born);

    public static string KeyOf(VideoId id, long born) => $"{id}/{born:x}";

    public string ToContent() => JsonSerializer.Serialize(new VideoContent(
        Attributes.Camera, Attributes.Zone, Attributes.RecordedAt?.UtcTicks, (int?)Attributes.RecordedAt?.Offset.TotalMinutes, Shard, Units, Samples, EndSample, FirstSecond, LastSecond),
        VideoContentJson.Default.VideoContent);

    /// <exception cref="ClusterSearchException">archive.corrupt.</exception>
    public static VideoState Parse(string video, long born, string content)
    {
        try
        {
            var said = JsonSerializer.Deserialize(content, VideoContentJson.Default.VideoContent)!;
            var recordedAt = said.RecordedTicks is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(said.RecordedOffset ?? 0)) : (DateTimeOffset?)null;
            return new VideoState(VideoId.Parse(video), born, new VideoAttributes(said.Camera, said.Zone, recordedAt), said.Shard,
                said.Units, said.Samples, said.EndSample, said.FirstSecond, said.LastSecond);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the row of video {video} in Milvus cannot be read; run `clustersearch reindex`", fault);
        }
    }
}

/// <summary>The JSON of a video's row.</summary>
internal sealed record VideoContent(
    string? Camera, string? Zone, long? RecordedTicks, int? RecordedOffset, string Shard, long Units, long Samples, long EndSample, double FirstSecond, double LastSecond);

[JsonSerializable(typeof(VideoContent))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class VideoContentJson : JsonSerializerContext;
