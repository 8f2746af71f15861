using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Tests;

public class ChunkInvarianceTests(TestFootage footage)
{
    private readonly FfmpegFootageReader _reader = new();

    [Theory]
    [InlineData("closed.mp4", "5", ResizeMode.Exact)]
    [InlineData("closed.mp4", "0.5", ResizeMode.Fast)]
    [InlineData("open-gop.ts", "2", ResizeMode.Exact)]
    [InlineData("open-gop.ts", "native", ResizeMode.Fast)]
    [InlineData("open-gop.ts", "keyframes", ResizeMode.Exact)]
    [InlineData("mpeg2.ts", "2", ResizeMode.Exact)]
    [InlineData("program.mpg", "5", ResizeMode.Exact)]
    [InlineData("vfr.mkv", "5", ResizeMode.Exact)]
    [InlineData("ntsc.mov", "2", ResizeMode.Exact)]
    [InlineData("edit-list.mp4", "5", ResizeMode.Exact)]
    [InlineData("edit-list.mp4", "native", ResizeMode.Exact)]
    [InlineData("edit-list.mp4", "keyframes", ResizeMode.Exact)]
    [InlineData("interlaced.ts", "5", ResizeMode.Exact)]
    [InlineData("mpeg4.avi", "2", ResizeMode.Exact)]
    [InlineData("raw.h264", "2", ResizeMode.Exact)]
    [InlineData("open-gop.mp4", "2", ResizeMode.Exact)]
    [InlineData("refresh.mp4", "2", ResizeMode.Exact)]
    [InlineData("refresh.ts", "2", ResizeMode.Exact)]
    [InlineData("hevc.mp4", "2", ResizeMode.Exact)]
    [InlineData("cut.ts", "2", ResizeMode.Exact)]
    [InlineData("wrap.ts", "2", ResizeMode.Exact)]
    [InlineData("no-cues.mkv", "2", ResizeMode.Exact)]
    public async Task Many_small_ranges_give_the_bytes_and_times_of_one_whole_range(string name, string sampling, ResizeMode resize)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, sampling);
        var trace = new DecodeTrace();
        var whole = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything, resize, trace);
        Assert.Null(trace.Warning);
        Assert.Equal(grid.Count, whole.Count);

        var step = Math.Max(3, grid.Count * 2 / 5) | 1;
        var pieces = new List<Sample>();
        long decoded = 0;
        for (long first = 0; first < grid.Count; first += step)
        {
            var pieceTrace = new DecodeTrace();
            pieces.AddRange(await _reader.ReadAsync(path, facts, grid, new SampleRange(first, Math.Min(first + step, grid.Count)), resize, pieceTrace));
            Assert.Null(pieceTrace.Warning);
            decoded = pieceTrace.DecodedFrames;
        }
        Assert.Equal(whole, pieces);
        TestContext.Current.SendDiagnosticMessage($"{name} {sampling}: {trace.DecodedFrames} frames, the last range {decoded}");
    }
}
