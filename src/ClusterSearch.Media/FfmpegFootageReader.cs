using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Clips;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Pictures;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media;

/// <summary>
/// Footage through ffprobe and ffmpeg (5 or later) as child processes. Safe for concurrent use; each call runs children of
/// its own and leaves none behind.
/// </summary>
public sealed class FfmpegFootageReader : IFootageReader
{
    private readonly FfmpegTools _tools;
    private readonly FootageProbe _probe;
    private readonly FrameList _frames;
    private readonly FrameSampler _sampler;
    private readonly ThumbnailMaker _thumbnails;
    private readonly ClipWriter _clips;
    private readonly BrowserStream _streams;
    private readonly PictureReader _pictures;
    private readonly ContactSheet _sheets;

    /// <exception cref="ArgumentException">An option out of its range.</exception>
    public FfmpegFootageReader(MediaOptions? options = null)
    {
        _tools = new FfmpegTools((options ?? new MediaOptions()).Validated());
        var packets = new PacketList(_tools);
        var firstFrame = new FirstFrame(_tools);
        var planner = new SeekPlanner(packets);
        _probe = new FootageProbe(_tools, packets, firstFrame);
        _frames = new FrameList(packets, firstFrame);
        _sampler = new FrameSampler(_tools, planner, new PixelPool());
        _thumbnails = new ThumbnailMaker(_tools, planner);
        _clips = new ClipWriter(_tools, planner, packets);
        _streams = new BrowserStream(_tools);
        _pictures = new PictureReader(_tools);
        _sheets = new ContactSheet(_tools);
    }

    public Task<VideoFacts> ProbeAsync(string path, CancellationToken cancellation) => _probe.ProbeAsync(path, cancellation);

    public Task<long[]> ListFrameTicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation) =>
        _frames.TicksAsync(path, facts, keyframesOnly, cancellation);

    public IAsyncEnumerable<SampledFrame> SampleAsync(FrameRequest request, DecodeTrace trace, CancellationToken cancellation) =>
        _sampler.SampleAsync(request, trace, cancellation);

    public Task<byte[]> ThumbnailAsync(string path, VideoFacts facts, long ticks, int maximumWidth, CancellationToken cancellation) =>
        _thumbnails.MakeAsync(path, facts, ticks, maximumWidth, cancellation);

    public Task WriteClipAsync(ClipRequest request, CancellationToken cancellation) => _clips.WriteAsync(request, cancellation);

    public Task StreamAsync(string path, VideoFacts facts, double startSeconds, Stream output, CancellationToken cancellation) =>
        _streams.WriteAsync(path, facts, startSeconds, output, cancellation);

    public Task<RgbImage> ReadImageAsync(string path, CancellationToken cancellation) => _pictures.ReadAsync(path, cancellation);

    public Task WriteContactSheetAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation) =>
        _sheets.WriteAsync(tiles, outputPath, cancellation);

    public async Task<string> VersionAsync(CancellationToken cancellation) => (await _tools.DescribeAsync(cancellation)).Line;
}
