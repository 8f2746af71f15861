using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Remote.Reading;

/// <summary>Video documents as what they were written from. What a document does not carry is left at its default.</summary>
internal static class VideoReading
{
    public static VideoSummary Summary(VideoDocument d) => new(
        VideoId.Parse(d.VideoId), d.Video, d.Path, d.Seconds, d.Width, d.Height, State(d.State), d.Samples, d.Camera, d.Zone, d.RecordedAt, d.Note)
    {
        Progress = d.Progress,
    };

    public static VideoDetail Detail(VideoDetailDocument d) => new(
        Summary(d.Video), Facts(d), d.Places, d.MissingSamples, d.Chunks,
        [.. d.Shots.Select(s => new ShotSummary(s.Start, s.End, s.Samples, Labels(s.Labels)))], d.Warnings)
    {
        Encodings = [.. d.Encodings.Select(e => new VideoInEncoding(StatusReading.Encoding(e.Encoding), e.Active, State(e.State), e.Samples))],
    };

    public static IReadOnlyList<NamedLabel> Labels(IReadOnlyList<LabelDocument> labels) => [.. labels.Select(l => new NamedLabel(l.Name, l.Score))];

    private static VideoFacts Facts(VideoDetailDocument d) => new()
    {
        Container = d.Facts.Container,
        FileBytes = d.Facts.FileBytes,
        StreamIndex = 0,
        Codec = d.Facts.Codec,
        TimeBase = Fraction(d.Facts.TimeBase),
        StartTicks = d.Facts.StartTicks,
        DurationTicks = d.Facts.DurationTicks,
        FrameRate = d.Facts.FrameRate is { } rate ? Fraction(rate) : null,
        VariableFrameRate = d.Facts.VariableFrameRate,
        CodedWidth = d.Facts.CodedWidth,
        CodedHeight = d.Facts.CodedHeight,
        Width = d.Video.Width,
        Height = d.Video.Height,
        RotationDegrees = d.Facts.RotationDegrees,
        PixelAspect = Fraction(d.Facts.PixelAspect),
        Interlaced = d.Facts.Interlaced,
        Seekable = d.Facts.Seekable,
        AudioTracks = Tracks(d.Facts.Audio),
        SubtitleTracks = Tracks(d.Facts.Subtitles),
        CreatedAt = d.Facts.CreatedAt,
        Timecode = d.Facts.Timecode,
    };

    private static IReadOnlyList<TrackFacts> Tracks(IReadOnlyList<TrackDocument> tracks) => [.. tracks.Select(t => new TrackFacts(t.Index, t.Codec, t.Language, t.Title))];

    private static Rational Fraction(string text) => Rational.TryParse(text, out var value) ? value : throw new FormatException($"a gateway wrote the fraction '{text}'");

    private static VideoState State(string word) => Enum.TryParse<VideoState>(word, ignoreCase: true, out var state) ? state : VideoState.Planned;
}
