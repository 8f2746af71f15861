namespace ClusterSearch.Core.Footage;

/// <summary>
/// Port to the footage itself. Every fault of a file is a <see cref="ClusterSearchException"/> with a footage code and
/// one line that names the file. Paths are absolute.
/// </summary>
public interface IFootageReader : IFrameSource
{
    /// <summary>What ffprobe says. Reads headers only, unless no header states the duration.</summary>
    Task<VideoFacts> ProbeAsync(string path, CancellationToken cancellation);

    /// <summary>
    /// Presentation times of all frames (native) or key frames, ascending, by reading the packets without decoding.
    /// Frames that an edit list hides are left out.
    /// </summary>
    Task<long[]> ListFrameTicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation);

    /// <summary>One picture as a player shows it at this presentation time, encoded as JPEG, at most <paramref name="maximumWidth"/> wide.</summary>
    Task<byte[]> ThumbnailAsync(string path, VideoFacts facts, long ticks, int maximumWidth, CancellationToken cancellation);

    /// <summary>Writes [startTicks, endTicks) as an MP4. Re-encoded and exact to the frame, or copied and exact to the key frame before.</summary>
    Task WriteClipAsync(ClipRequest request, CancellationToken cancellation);

    /// <summary>Writes footage from a second (counted from its beginning) to its end as fragmented MP4 (H.264, AAC) while it is read; a reader that stops holds the making up.</summary>
    Task StreamAsync(string path, VideoFacts facts, double startSeconds, Stream output, CancellationToken cancellation);

    /// <summary>Decodes a still picture file (JPEG, PNG, WebP, …) to RGB, upright.</summary>
    Task<RgbImage> ReadImageAsync(string path, CancellationToken cancellation);

    /// <summary>Writes one JPEG or PNG (by extension) with a grid of captioned tiles.</summary>
    Task WriteContactSheetAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation);

    /// <summary>First line of `ffmpeg -version`, part of what explains a difference between machines.</summary>
    Task<string> VersionAsync(CancellationToken cancellation);
}

/// <summary>Whether the picture is scaled by the model's own resize (equal to Pillow's) or inside ffmpeg (faster, not equal).</summary>
public enum ResizeMode
{
    Exact,
    Fast,
}

/// <summary>What to decode.</summary>
public sealed record FrameRequest
{
    public required string Path { get; init; }

    public required VideoFacts Facts { get; init; }

    public required SampleGrid Grid { get; init; }

    /// <summary>Which samples; may reach from any to any.</summary>
    public required SampleRange Samples { get; init; }

    public ResizeMode Resize { get; init; } = ResizeMode.Exact;

    /// <summary>For <see cref="ResizeMode.Fast"/>: the shorter side of the delivered picture, in pixels.</summary>
    public int FastShortestEdge { get; init; }

    /// <summary>ffmpeg's name of a hardware decoder interface ("auto", "cuda", "vaapi"), null for the processor.</summary>
    public string? HardwareAcceleration { get; init; }
}

/// <summary>What went wrong while decoding, filled while the frames are read and complete once they have ended.</summary>
public sealed class DecodeTrace
{
    /// <summary>True once the decoder said that something in the stream was damaged.</summary>
    public bool Damaged { get; set; }

    /// <summary>One line for a person: the first complaint of the decoder and how many there were; null when there was none.</summary>
    public string? Warning { get; set; }

    /// <summary>Samples of the range that could not be had.</summary>
    public long MissingSamples { get; set; }

    /// <summary>Frames decoded to get the range, those before it included.</summary>
    public long DecodedFrames { get; set; }

    /// <summary>Processor time of the child processes.</summary>
    public TimeSpan ProcessorTime { get; set; }

    /// <summary>Largest resident memory of a child process, in bytes.</summary>
    public long PeakMemoryBytes { get; set; }
}

/// <summary>One sample's picture. Dispose returns the pixels to their pool.</summary>
public sealed class SampledFrame(SampleTiming timing, long number, RgbImage image, Action<RgbImage>? release = null) : IDisposable
{
    private Action<RgbImage>? _release = release;

    public long Number { get; } = number;

    public SampleTiming Timing { get; } = timing;

    /// <summary>Pixels as a player shows them.</summary>
    public RgbImage Image { get; } = image;

    public void Dispose()
    {
        Interlocked.Exchange(ref _release, null)?.Invoke(Image);
    }
}

/// <summary>When a sample's frame is shown, and where the picture changed most on the way to it.</summary>
/// <param name="Ticks">Presentation time of the frame shown at the sample's instant.</param>
/// <param name="EdgeTicks">
/// Presentation time of the frame that differs most from its predecessor among the frames after the previous sample's
/// frame up to this one's; a cut between the two samples lies here. <paramref name="Ticks"/> itself for the video's first
/// sample, and where both samples show the same frame.
/// </param>
/// <param name="EdgeStrength">That difference: mean absolute difference of small luma pictures, 0 to 255.</param>
public readonly record struct SampleTiming(long Ticks, long EdgeTicks, float EdgeStrength);

/// <summary>An 8-bit RGB picture, interleaved, rows without padding: Pixels[(y * Width + x) * 3 + channel].</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Pixels">At least Width * Height * 3 bytes; a pooled buffer may be longer.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    public int ByteCount => Width * Height * 3;

    public ReadOnlySpan<byte> Bytes => Pixels.AsSpan(0, ByteCount);
}

/// <summary>A clip to cut.</summary>
/// <param name="Path">The footage.</param>
/// <param name="Facts">Its facts.</param>
/// <param name="StartTicks">First presentation time shown.</param>
/// <param name="EndTicks">First presentation time no longer shown.</param>
/// <param name="OutputPath">An .mp4 file; written beside and moved into place when whole.</param>
/// <param name="StreamCopy">Copy the packets: quick, lossless, begins at the key frame before.</param>
public sealed record ClipRequest(string Path, VideoFacts Facts, long StartTicks, long EndTicks, string OutputPath, bool StreamCopy = false);

/// <summary>One picture of a contact sheet.</summary>
/// <param name="Jpeg">The picture.</param>
/// <param name="Caption">One short line below it.</param>
public sealed record ContactSheetTile(byte[] Jpeg, string Caption);
