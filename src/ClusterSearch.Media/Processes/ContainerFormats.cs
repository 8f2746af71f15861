namespace ClusterSearch.Media.Processes;

/// <summary>
/// ffmpeg's demuxers that may open footage. Each reads one self-contained file. Left out on purpose: playlists and scripts
/// (hls, dash, concat, sdp, imf, avisynth …), picture files and sequences, text that ffmpeg would draw as a film (tty), and
/// formats without any mark of their own, which every file could be.
/// </summary>
internal static class ContainerFormats
{
    private static readonly string[] Film =
    [
        "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "h264", "hevc", "vvc", "m4v", "obu",
        "ivf", "flv", "live_flv", "asf", "asf_o", "ogg", "mxf", "gxf", "rm", "dv", "nut", "wtv", "nsv", "swf", "vc1", "vc1test", "bink", "smk", "dirac",
        "cavsvideo", "avs", "mve", "roq", "film_cpk", "lmlm4", "dhav", "pmp", "psxstr", "yuv4mpegpipe", "h261", "h263", "thp", "viv",
    ];

    /// <summary>Sound alone: opened so that the answer is "no video stream" and not "no video".</summary>
    private static readonly string[] Sound =
    [
        "mp3", "wav", "w64", "flac", "aac", "aiff", "ac3", "eac3", "caf", "amr", "amrnb", "amrwb", "ape", "wv", "tta", "dts", "dtshd", "truehd", "mpc", "mpc8",
        "au", "tak", "voc", "oma", "xwma",
    ];

    /// <summary>No index at all: a time can only be reached from the beginning.</summary>
    private static readonly HashSet<string> Unseekable = new(StringComparer.Ordinal)
    {
        "mpegvideo", "h264", "hevc", "vvc", "m4v", "obu", "vc1", "dirac", "cavsvideo", "yuv4mpegpipe", "h261", "h263", "roq", "film_cpk", "smk", "thp", "viv",
        "psxstr", "mve", "avs", "swf",
    };

    /// <summary>A seek lands at a key frame of an index and not somewhere before a time.</summary>
    private static readonly HashSet<string> Indexed = new(StringComparer.Ordinal)
    {
        "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "flv", "mxf",
    };

    /// <summary>Packets carry presentation times, and the first is shown.</summary>
    private static readonly HashSet<string> Timed = new(StringComparer.Ordinal) { "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "flv" };

    public static string Whitelist { get; } = string.Join(',', Film.Concat(Sound));

    public static bool IsSeekable(string container) => !container.Split(',').Any(Unseekable.Contains);

    public static bool IsIndexed(string container) => container.Split(',').Any(Indexed.Contains);

    /// <summary>Key frames are what ISO/IEC 14496-12 calls sync samples: decoding may begin at any, and all that is shown from it on is right.</summary>
    public static bool HasSyncSamples(string container) => container.Split(',').Contains("mp4", StringComparer.Ordinal);

    public static bool StatesPresentationTimes(string container) => container.Split(',').Any(Timed.Contains);
}
