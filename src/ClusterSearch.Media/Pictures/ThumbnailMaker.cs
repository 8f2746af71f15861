using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Pictures;

/// <summary>One frame as JPEG, found by the same rule as a sample: the last frame at or before an instant.</summary>
internal sealed class ThumbnailMaker(FfmpegTools tools, SeekPlanner planner)
{
    public async Task<byte[]> MakeAsync(string path, VideoFacts facts, long ticks, int maximumWidth, CancellationToken cancellation)
    {
        if (maximumWidth < 16) throw new ArgumentOutOfRangeException(nameof(maximumWidth), $"a thumbnail is at least 16 pixels wide, found {maximumWidth}");
        Probing.FileCheck.Length(path);
        var instant = Math.Clamp(ticks, facts.StartTicks, facts.StartTicks + facts.DurationTicks - 1);
        var words = string.Empty;
        foreach (var plan in await planner.PlanAsync(path, facts, instant, cancellation))
        {
            var (jpeg, errors) = await TryAsync(path, facts, instant, maximumWidth, plan, cancellation);
            if (jpeg is not null) return jpeg;
            words = errors;
        }
        var seconds = facts.SecondsAt(ticks).ToString("0.###", CultureInfo.InvariantCulture);
        throw new ClusterSearchException(ErrorCodes.FootageDecode, $"{path}: no frame can be decoded at {seconds} s {words}".TrimEnd());
    }

    private async Task<(byte[]? Jpeg, string Errors)> TryAsync(string path, VideoFacts facts, long instant, int maximumWidth, SeekPlan plan, CancellationToken cancellation)
    {
        var toneMap = PictureFilters.IsHighDynamicRange(facts) && await tools.HasFiltersAsync(PictureFilters.ToneMappers, cancellation);
        var width = Math.Min(maximumWidth, facts.Width);
        var height = Math.Max(1, (int)Math.Round((double)width * facts.Height / facts.Width, MidpointRounding.AwayFromZero));
        var graph = $"{DecodeCommand.Source(facts)}{PictureFilters.PerFrame(facts)},split[all][picked];[all]{FrameReport.DifferenceFilters},nullsink;"
            + $"[picked]setpts=PTS-({instant}),fps=fps=1:round=up,trim=start_pts=0:end_pts=1,"
            + $"{PictureFilters.ToRgb(facts, width, height, toneMap)},{PictureFilters.ToJpeg}[out]";
        var arguments = DecodeCommand.Build(tools, await tools.DescribeAsync(cancellation), path, facts, plan, graph,
            ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "pipe:1"]);
        await using var child = ChildProcess.Start(tools.Options.FfmpegPath, arguments, tools.Limits, cancellation, withReport: true);
        var check = new SeekCheck(plan);
        var report = BlockingThread.Run("ffmpeg report", () => FrameReport.Read(child.Report!, line =>
        {
            if (line.IsSample) return;
            check.Observe(line.Time);
            if (check.Verdict == false) child.Kill();
        }));
        var jpeg = await BlockingThread.Run("ffmpeg thumbnail", () =>
        {
            using var all = new MemoryStream();
            child.Output.CopyTo(all);
            return all.ToArray();
        });
        await report;
        await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        child.ThrowIfLimitHit(path);
        return (check.Verdict == true && jpeg.Length > 0 ? jpeg : null, child.Errors.Summary);
    }
}
