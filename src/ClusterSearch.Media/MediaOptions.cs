namespace ClusterSearch.Media;

/// <summary>How ffmpeg and ffprobe are run.</summary>
public sealed record MediaOptions
{
    /// <summary>Name (looked up in PATH) or path of ffmpeg, version 5 or later.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>Name (looked up in PATH) or path of ffprobe, of the same version.</summary>
    public string FfprobePath { get; init; } = "ffprobe";

    /// <summary>
    /// Threads of each decoder, 1 to 64. The same on every machine of an archive: what a decoder makes of damaged data may
    /// depend on it (sound data never does).
    /// </summary>
    public int DecoderThreads { get; init; } = 4;

    /// <summary>A child process that shows no progress for so long is ended. Time in which it waits for the caller does not count.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Resident memory, in bytes, above which a child process is ended.</summary>
    public long MemoryLimitBytes { get; init; } = 2L << 30;

    /// <summary>Pictures of more pixels than this are refused; 8192 x 8192 unless said otherwise.</summary>
    public long MaximumPixels { get; init; } = 1L << 26;

    /// <summary>Decoded frames that wait for the caller, 1 to 64; each is width * height * 3 bytes.</summary>
    public int FramesAhead { get; init; } = 2;

    /// <exception cref="ArgumentException">Lists every value out of its range.</exception>
    public MediaOptions Validated()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(FfmpegPath)) faults.Add($"{nameof(FfmpegPath)} is empty");
        if (string.IsNullOrWhiteSpace(FfprobePath)) faults.Add($"{nameof(FfprobePath)} is empty");
        if (DecoderThreads is < 1 or > 64) faults.Add($"{nameof(DecoderThreads)} is 1 to 64, found {DecoderThreads}");
        if (StallTimeout < TimeSpan.FromMilliseconds(100)) faults.Add($"{nameof(StallTimeout)} is at least 100 ms, found {StallTimeout}");
        if (MemoryLimitBytes < 1 << 24) faults.Add($"{nameof(MemoryLimitBytes)} is at least 16 MiB, found {MemoryLimitBytes}");
        if (MaximumPixels is < 1 or > 1L << 29) faults.Add($"{nameof(MaximumPixels)} is 1 to 2^29, found {MaximumPixels}");
        if (FramesAhead is < 1 or > 64) faults.Add($"{nameof(FramesAhead)} is 1 to 64, found {FramesAhead}");
        return faults.Count == 0 ? this : throw new ArgumentException(string.Join("; ", faults));
    }
}
