using System.Runtime.Versioning;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>Alone in its process, whose memory it measures.</summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(Alone))]
public class ErrorMemoryTests(TestFootage footage)
{
    [Fact]
    public async Task Megabytes_of_complaints_become_one_line()
    {
        using var directory = new TemporaryDirectory();
        var noisy = FakeTool.Write(directory, "ffmpeg", FakeTool.AnswersVersion + "yes '[h264 @ 0x55d0] error while decoding MB 3 4' | head -c 30000000 >&2; exec ffmpeg \"$@\"");
        var reader = new FfmpegFootageReader(new MediaOptions { FfmpegPath = noisy });
        var path = await footage.GetAsync("closed.mp4");
        var facts = await reader.ProbeAsync(path, default);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var trace = new DecodeTrace();
        Assert.Equal(12, (await reader.ReadAsync(path, facts, await reader.GridAsync(path, facts, "1"), SampleRange.Everything, trace: trace)).Count);
        Assert.StartsWith("h264: error while decoding MB 3 4 (and 6", trace.Warning, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
