using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.EngineConformance;

/// <summary>
/// Footage that is drawn as it is asked for: a file holds the words "drawn SEED SECONDS", and every sample's picture follows
/// from seed and number alone. Scenes change every seven samples. Decodes at once, and fails or waits where a test says so.
/// </summary>
public sealed class DrawnFootage : IFootageReader
{
    public const int Side = 8;
    private const int SceneSamples = 7;
    private const int TicksPerSecond = 1000;

    /// <summary>Asked before a range is decoded: may wait, or throw what a decoder would.</summary>
    public Func<FrameRequest, CancellationToken, Task> BeforeDecoding { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Writes files for seeds, each of so many seconds.</summary>
    /// <returns>The directory.</returns>
    public static string Write(string directory, int seconds, params int[] seeds)
    {
        Directory.CreateDirectory(directory);
        foreach (var seed in seeds)
            File.WriteAllText(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"clip-{seed}.mp4")), string.Create(CultureInfo.InvariantCulture, $"drawn {seed} {seconds}"));
        return directory;
    }

    public Task<VideoFacts> ProbeAsync(string path, CancellationToken cancellation)
    {
        var (_, seconds) = Read(path);
        return Task.FromResult(new VideoFacts
        {
            Container = "drawn",
            FileBytes = new FileInfo(path).Length,
            StreamIndex = 0,
            Codec = "drawn",
            TimeBase = new Rational(1, TicksPerSecond),
            StartTicks = 0,
            DurationTicks = seconds * TicksPerSecond,
            CodedWidth = Side,
            CodedHeight = Side,
            Width = Side,
            Height = Side,
        });
    }

    public async IAsyncEnumerable<SampledFrame> SampleAsync(FrameRequest request, DecodeTrace trace, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await BeforeDecoding(request, cancellation);
        var (seed, _) = Read(request.Path);
        for (var number = request.Samples.First; number < Math.Min(request.Samples.End, request.Grid.Count); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var ticks = request.Grid.InstantTicks(number);
            var isCut = number > 0 && number % SceneSamples == 0;
            trace.DecodedFrames++;
            yield return new SampledFrame(new SampleTiming(ticks, isCut ? ticks - TicksPerSecond / 2 : ticks, isCut ? 80 : 2), number, Draw(seed, number));
        }
    }

    public Task<long[]> ListFrameTicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation) => throw Unsupported();

    public Task<byte[]> ThumbnailAsync(string path, VideoFacts facts, long ticks, int maximumWidth, CancellationToken cancellation) => throw Unsupported();

    public Task WriteClipAsync(ClipRequest request, CancellationToken cancellation) => throw Unsupported();

    public Task StreamAsync(string path, VideoFacts facts, double startSeconds, Stream output, CancellationToken cancellation) => throw Unsupported();

    public Task<RgbImage> ReadImageAsync(string path, CancellationToken cancellation) => throw Unsupported();

    public Task WriteContactSheetAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation) => throw Unsupported();

    public Task<string> VersionAsync(CancellationToken cancellation) => Task.FromResult("drawn");

    private static (int Seed, int Seconds) Read(string path) => File.ReadAllText(path).Split(' ') is ["drawn", var seed, var seconds]
        ? (int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture))
        : throw new ClusterSearchException(ErrorCodes.FootageNotVideo, $"{path}: drawn footage was expected, something else found");

    private static RgbImage Draw(int seed, long number)
    {
        var pixels = new byte[Side * Side * 3];
        var scene = SHA256.HashData(BitConverter.GetBytes(seed * 1_000_003L + number / SceneSamples));
        var detail = SHA256.HashData(BitConverter.GetBytes(seed * 7_919L - number));
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(scene[i % scene.Length] * 0.9 + detail[i * 5 % detail.Length] * 0.1);
        return new RgbImage(Side, Side, pixels);
    }

    private static NotSupportedException Unsupported() => new("drawn footage is only sampled");
}
