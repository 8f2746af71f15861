using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>The arguments of an ffmpeg that decodes one video stream and reports on its frames.</summary>
internal static class DecodeCommand
{
    /// <summary>The key frame to begin with lies a little before the time that is sought, in a cluster that may begin a little before it.</summary>
    private const double MarginSeconds = 1.5;

    /// <param name="plan">Where to begin.</param>
    /// <param name="graph">A whole filter graph from <see cref="Source"/> to [out].</param>
    /// <param name="output">Format and destination.</param>
    /// <param name="telling">What is told on standard error; null for errors alone.</param>
    /// <param name="autorotate">Whether every frame is turned upright before the graph; pictures that are picked are turned after it.</param>
    public static List<string> Build(FfmpegTools tools, FfmpegTools.Description ffmpeg, string path, VideoFacts facts, SeekPlan plan, string graph,
        string[] output, bool keyframesOnly = false, string? hardwareAcceleration = null, string[]? telling = null, bool autorotate = false)
    {
        // -copyts: times stay the file's own ticks.
        var arguments = new List<string>(telling ?? FfmpegTools.Quiet) { "-copyts" };
        if (!autorotate) arguments.Add("-noautorotate");
        if (hardwareAcceleration is not null) arguments.AddRange(["-hwaccel", hardwareAcceleration]);
        // A graph that is built anew in mid-stream would lose the frames it holds; scale copes with a change of size, the others cannot.
        else if (!facts.Interlaced && !PictureFilters.IsHighDynamicRange(facts)) arguments.AddRange(["-reinit_filter", "0"]);
        if (keyframesOnly) arguments.AddRange(["-skip_frame", "nokey"]);
        arguments.AddRange(["-threads", Number(tools.Options.DecoderThreads), "-max_pixels", Number(tools.Options.MaximumPixels)]);
        arguments.AddRange(plan.Arguments);
        arguments.AddRange(FfmpegTools.GuardedFrom(path, plan.TargetSeconds - MarginSeconds).Arguments);
        arguments.AddRange(["-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[out]"]);
        arguments.AddRange(FfmpegTools.Passthrough(ffmpeg));
        arguments.AddRange(output);
        return arguments;
    }

    public static string Source(VideoFacts facts) => string.Create(CultureInfo.InvariantCulture, $"[0:{facts.StreamIndex}]");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
