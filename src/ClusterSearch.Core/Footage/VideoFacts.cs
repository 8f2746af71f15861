namespace ClusterSearch.Core.Footage;

/// <summary>What ffprobe says of a file's first real video stream (cover art is none) and of what stands beside it.</summary>
public sealed record VideoFacts
{
    /// <summary>Container format as ffprobe names it, for example "mov,mp4,m4a,3gp,3g2,mj2".</summary>
    public required string Container { get; init; }

    public required long FileBytes { get; init; }

    /// <summary>Index of the video stream among all streams of the file.</summary>
    public required int StreamIndex { get; init; }

    public required string Codec { get; init; }

    /// <summary>Seconds a tick.</summary>
    public required Rational TimeBase { get; init; }

    /// <summary>Presentation time of the first frame, in ticks. Every time reported to people counts from here.</summary>
    public required long StartTicks { get; init; }

    /// <summary>Length of the video stream in ticks (never the audio's), above 0.</summary>
    public required long DurationTicks { get; init; }

    /// <summary>True when no header states the duration and it was found by reading the packets.</summary>
    public bool DurationCounted { get; init; }

    /// <summary>Average frames a second; null when the file does not say.</summary>
    public Rational? FrameRate { get; init; }

    public bool VariableFrameRate { get; init; }

    public required int CodedWidth { get; init; }

    public required int CodedHeight { get; init; }

    /// <summary>Width as a player shows it: after rotation, with square pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height as a player shows it: after rotation, with square pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Clockwise turn that a player applies: 0, 90, 180 or 270.</summary>
    public int RotationDegrees { get; init; }

    public Rational PixelAspect { get; init; } = new(1, 1);

    public bool Interlaced { get; init; }

    public string? PixelFormat { get; init; }

    public string? ColorSpace { get; init; }

    public string? ColorTransfer { get; init; }

    public string? ColorPrimaries { get; init; }

    public string? ColorRange { get; init; }

    public IReadOnlyList<TrackFacts> AudioTracks { get; init; } = [];

    public IReadOnlyList<TrackFacts> SubtitleTracks { get; init; } = [];

    /// <summary>The file's own creation time where it has a believable one; never guessed from the file system.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>SMPTE timecode of the first frame, "hh:mm:ss:ff" or with ";", where the file carries one.</summary>
    public string? Timecode { get; init; }

    /// <summary>False where the container has no usable index and a seek would be a guess: such a file is decoded in sequence.</summary>
    public bool Seekable { get; init; } = true;

    public double DurationSeconds => (double)DurationTicks * TimeBase.Numerator / TimeBase.Denominator;

    /// <summary>Seconds from the first frame to a presentation time in ticks.</summary>
    public double SecondsAt(long ticks) => (double)(ticks - StartTicks) * TimeBase.Numerator / TimeBase.Denominator;

    /// <summary>The tick nearest to a time in seconds from the first frame.</summary>
    public long TicksAt(double seconds) =>
        StartTicks + (long)Math.Round(seconds * TimeBase.Denominator / TimeBase.Numerator, MidpointRounding.AwayFromZero);
}

/// <summary>An audio or subtitle stream.</summary>
/// <param name="Index">Among all streams of the file.</param>
/// <param name="Codec">As ffprobe names it.</param>
/// <param name="Language">ISO 639-2 code; null when the file does not say.</param>
/// <param name="Title">Null when the file does not say.</param>
public sealed record TrackFacts(int Index, string Codec, string? Language, string? Title);
