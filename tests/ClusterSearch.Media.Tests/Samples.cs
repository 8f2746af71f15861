using System.Security.Cryptography;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Tests;

/// <summary>What a test keeps of a sample.</summary>
internal sealed record Sample(long Number, SampleTiming Timing, int Width, int Height, string Pixels);

internal static class Samples
{
    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    public static async Task<List<Sample>> ReadAsync(this IFootageReader reader, string path, VideoFacts facts, SampleGrid grid, SampleRange range,
        ResizeMode resize = ResizeMode.Exact, DecodeTrace? trace = null)
    {
        var request = new FrameRequest { Path = path, Facts = facts, Grid = grid, Samples = range, Resize = resize, FastShortestEdge = 48 };
        var samples = new List<Sample>();
        await foreach (var frame in reader.SampleAsync(request, trace ?? new DecodeTrace(), TestContext.Current.CancellationToken))
        {
            using (frame)
                samples.Add(new Sample(frame.Number, frame.Timing, frame.Image.Width, frame.Image.Height, Digest(frame.Image.Bytes)));
        }
        return samples;
    }

    public static async Task<SampleGrid> GridAsync(this IFootageReader reader, string path, VideoFacts facts, string sampling)
    {
        var parsed = Sampling.Parse(sampling);
        var ticks = parsed.Kind == SamplingKind.Grid ? null
            : await reader.ListFrameTicksAsync(path, facts, parsed.Kind == SamplingKind.Keyframes, TestContext.Current.CancellationToken);
        return SampleGrid.Create(facts, parsed, ticks);
    }
}
