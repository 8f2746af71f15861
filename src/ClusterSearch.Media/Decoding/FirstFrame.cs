using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>Frame times as the decoder gives them, for files whose packets do not tell.</summary>
internal sealed class FirstFrame(FfmpegTools tools)
{
    /// <summary>Presentation time of the first frame that can be decoded.</summary>
    /// <exception cref="ClusterSearchException">footage.decode_failed when there is none.</exception>
    public async Task<long> TicksAsync(string path, VideoFacts facts, CancellationToken cancellation)
    {
        long? first = null;
        var errors = await VisitAsync(path, facts, keyframesOnly: false, (child, line) =>
        {
            first ??= line.Time;
            child.Kill();
        }, cancellation);
        return first ?? throw new ClusterSearchException(ErrorCodes.FootageDecode, $"{path}: not one frame of the video stream ({facts.Codec}) can be decoded: {errors}");
    }

    /// <summary>Ascending presentation times of all frames that can be decoded.</summary>
    public async Task<long[]> AllTicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation)
    {
        var all = new List<long>();
        await VisitAsync(path, facts, keyframesOnly, (_, line) => all.Add(line.Time), cancellation);
        return [.. all.Distinct().Order()];
    }

    private async Task<string> VisitAsync(string path, VideoFacts facts, bool keyframesOnly, Action<ChildProcess, ReportLine> visit, CancellationToken cancellation)
    {
        var graph = $"{DecodeCommand.Source(facts)}{PictureFilters.PerFrame(facts)},{FrameReport.DifferenceFilters}[out]";
        var arguments = DecodeCommand.Build(tools, await tools.DescribeAsync(cancellation), path, facts, SeekPlan.Beginning, graph, ["-f", "null", "-"], keyframesOnly);
        await using var child = ChildProcess.Start(tools.Options.FfmpegPath, arguments, tools.Limits, cancellation, withReport: true);
        await BlockingThread.Run("ffmpeg report", () => FrameReport.Read(child.Report!, line => visit(child, line)));
        await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        child.ThrowIfLimitHit(path);
        return child.Errors.Summary;
    }
}
