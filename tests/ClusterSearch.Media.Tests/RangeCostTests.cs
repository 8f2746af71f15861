using System.Diagnostics;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>What a range costs, by the decoder's own processor time: frames that are decoded and never looked at count too.</summary>
public sealed class RangeCostTests
{
    [Fact]
    public async Task A_short_range_does_not_decode_what_lies_behind_it()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("long.mp4");
        using (var making = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-stream_loop", "19", "-i", Path.Combine(TestAssets.Samples, "garden-walk.mp4"), "-map", "0:v", "-c", "copy", path]))
            await making.WaitForExitAsync();
        var reader = new FfmpegFootageReader(new MediaOptions());
        var facts = await reader.ProbeAsync(path, CancellationToken.None);
        var grid = SampleGrid.Create(facts, Sampling.Default);
        var whole = await CostAsync(new SampleRange(0, grid.Count));
        foreach (var first in new[] { 0L, 100, 300 })
        {
            var part = await CostAsync(new SampleRange(first, first + 20));
            Assert.True(part < whole / 4, $"20 of {grid.Count} samples from {first} on took {part}, all of them {whole}");
        }

        async Task<TimeSpan> CostAsync(SampleRange samples)
        {
            var trace = new DecodeTrace();
            var count = 0L;
            await foreach (var frame in reader.SampleAsync(new FrameRequest { Path = path, Facts = facts, Grid = grid, Samples = samples }, trace, CancellationToken.None))
            {
                using (frame) count++;
            }
            Assert.Equal(samples.Count, count);
            return trace.ProcessorTime;
        }
    }
}
