using ClusterSearch.Archive;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Contract;

/// <param name="Encoding">The one that searches use, of which states and samples speak; null in an empty archive.</param>
public sealed record VideosDocument(IReadOnlyList<VideoDocument> Videos, EncodingDocument? Encoding) : Document;

/// <param name="Video">File name.</param>
/// <param name="State">"planned", "ingesting", "searchable", "partial" or "failed".</param>
/// <param name="Note">What a person should know, or null.</param>
/// <param name="Progress">How much of it can be searched, 0 to 1.</param>
public sealed record VideoDocument(
    string Video, string VideoId, string? Path, double Seconds, int Width, int Height, string State, long Samples,
    string? Camera, string? Zone, DateTimeOffset? RecordedAt, string? Note, double Progress)
{
    public static VideoDocument From(VideoSummary v) => new(
        v.FileName, v.Id.Value, v.Path, v.Seconds, v.Width, v.Height, v.State.ToString().ToLowerInvariant(), v.Samples,
        v.Camera, v.Zone, v.RecordedAt, v.Note, v.Progress);
}

public sealed record VideoDetailDocument(
    VideoDocument Video, VideoFactsDocument Facts, IReadOnlyList<string> Places, int Chunks, long MissingSamples,
    IReadOnlyList<ShotDocument> Shots, IReadOnlyList<string> Warnings, IReadOnlyList<VideoInEncodingDocument> Encodings) : Document
{
    public static VideoDetailDocument From(VideoDetail d) => new(
        VideoDocument.From(d.Summary), VideoFactsDocument.From(d.Facts), d.Places, d.Chunks, d.MissingSamples,
        [.. d.Shots.Select(s => new ShotDocument(s.Start, s.End, s.Samples, LabelDocument.From(s.Labels)))], d.Warnings,
        [.. d.Encodings.Select(e => new VideoInEncodingDocument(EncodingDocument.From(e.Encoding), e.IsActive, e.State.ToString().ToLowerInvariant(), e.Samples))]);
}

/// <param name="Active">Whether searches use it; everything else of the video speaks of that one.</param>
public sealed record VideoInEncodingDocument(EncodingDocument Encoding, bool Active, string State, long Samples);

public sealed record ShotDocument(double Start, double End, long Samples, IReadOnlyList<LabelDocument> Labels);

/// <param name="TimeBase">Seconds a tick, "1/90000".</param>
/// <param name="FrameRate">"30000/1001"; null when the file does not say.</param>
public sealed record VideoFactsDocument(
    string Container, string Codec, long FileBytes, string TimeBase, long StartTicks, long DurationTicks, string? FrameRate,
    bool VariableFrameRate, int CodedWidth, int CodedHeight, int RotationDegrees, string PixelAspect, bool Interlaced, bool Seekable,
    IReadOnlyList<TrackDocument> Audio, IReadOnlyList<TrackDocument> Subtitles, DateTimeOffset? CreatedAt, string? Timecode)
{
    public static VideoFactsDocument From(VideoFacts f) => new(
        f.Container, f.Codec, f.FileBytes, f.TimeBase.ToString(), f.StartTicks, f.DurationTicks, f.FrameRate?.ToString(),
        f.VariableFrameRate, f.CodedWidth, f.CodedHeight, f.RotationDegrees, f.PixelAspect.ToString(), f.Interlaced, f.Seekable,
        TrackDocument.From(f.AudioTracks), TrackDocument.From(f.SubtitleTracks), f.CreatedAt, f.Timecode);
}

public sealed record TrackDocument(int Index, string Codec, string? Language, string? Title)
{
    public static IReadOnlyList<TrackDocument> From(IReadOnlyList<TrackFacts> tracks) =>
        [.. tracks.Select(t => new TrackDocument(t.Index, t.Codec, t.Language, t.Title))];
}

public sealed record FoundVideoDocument(string VideoId) : Document;
