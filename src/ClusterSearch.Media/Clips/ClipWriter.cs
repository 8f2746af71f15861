using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Clips;

/// <summary>Cuts a span out of footage into an MP4 that browsers play.</summary>
internal sealed class ClipWriter(FfmpegTools tools, SeekPlanner planner, PacketList packets)
{
    /// <summary>Sound that an MP4 holds as it is.</summary>
    private static readonly HashSet<string> CopiedSound = new(StringComparer.Ordinal) { "aac", "mp3", "ac3", "eac3", "alac", "opus", "flac" };

    public async Task WriteAsync(ClipRequest request, CancellationToken cancellation)
    {
        if (request.EndTicks <= request.StartTicks)
            throw new ArgumentException($"a clip is [start, end) with start < end, found [{request.StartTicks}, {request.EndTicks})", nameof(request));
        FileCheck.Length(request.Path);
        using var output = new OutputFile(request.OutputPath);
        var (start, key) = await ShownAsync(request.Path, request.Facts, request.StartTicks, cancellation);
        if (request.StreamCopy)
        {
            await RunAsync(request, output, SeekPlan.Beginning, CopyArguments(request, key, output.TemporaryPath), withReport: false, cancellation);
            return;
        }
        var toneMap = PictureFilters.IsHighDynamicRange(request.Facts) && await tools.HasFiltersAsync(PictureFilters.ToneMappers, cancellation);
        var ffmpeg = await tools.DescribeAsync(cancellation);
        foreach (var plan in await planner.PlanAsync(request.Path, request.Facts, start, cancellation))
        {
            var arguments = DecodeCommand.Build(tools, ffmpeg, request.Path, request.Facts, plan, Graph(request, start, toneMap), EncodeArguments(request, output.TemporaryPath),
                autorotate: true);
            if (await RunAsync(request, output, plan, arguments, withReport: true, cancellation)) return;
        }
    }

    private static string Graph(ClipRequest request, long shownTicks, bool toneMap)
    {
        var facts = request.Facts;
        var graph = $"{DecodeCommand.Source(facts)}{PictureFilters.PerFrame(facts)},split[all][picked];[all]{FrameReport.BranchUntil(request.EndTicks)};"
            // The frame that is already shown at the start was first shown before it.
            + $@"[picked]trim=start_pts={shownTicks}:end_pts={request.EndTicks},setpts=max(PTS-({request.StartTicks})\,0),"
            + PictureFilters.ToVideo(facts, toneMap) + "[out]";
        if (facts.AudioTracks is not [var sound, ..]) return graph;
        var from = Seconds(facts, request.StartTicks);
        var until = Seconds(facts, request.EndTicks);
        return graph + string.Create(CultureInfo.InvariantCulture,
            $";[0:{sound.Index}]atrim=start={from:F6}:end={until:F6},asetpts=PTS-({from:F6})/TB,aresample=async=1:first_pts=0[sound]");
    }

    private static string[] EncodeArguments(ClipRequest request, string path)
    {
        var timeBase = request.Facts.TimeBase;
        return
        [
            .. request.Facts.AudioTracks.Count > 0 ? ["-map", "[sound]", "-c:a", "aac", "-b:a", "160k"] : Array.Empty<string>(),
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-enc_time_base", timeBase.ToString(),
            .. timeBase.Numerator == 1 ? ["-video_track_timescale", timeBase.Denominator.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            "-map_chapters", "-1", "-movflags", "+faststart", "-progress", "pipe:1", "-nostats", "-f", "mp4", "file:" + path,
        ];
    }

    private List<string> CopyArguments(ClipRequest request, Packet? keyPacket, string path)
    {
        var facts = request.Facts;
        // ffmpeg starts and ends a copy by the time of decoding.
        var keyTicks = keyPacket?.Dts ?? keyPacket?.Pts ?? facts.StartTicks;
        var key = Seconds(facts, keyTicks);
        var arguments = new List<string>(FfmpegTools.Quiet) { "-copyts" };
        if (facts.Seekable && keyPacket?.Pts > facts.StartTicks)
            arguments.AddRange(["-seek_timestamp", "1", "-noaccurate_seek", "-ss", Text(key - 1)]);
        arguments.AddRange(FfmpegTools.Guarded(request.Path));
        arguments.AddRange(["-map", $"0:{facts.StreamIndex}", "-c:v", "copy"]);
        if (facts.AudioTracks is [var sound, ..])
            arguments.AddRange(["-map", $"0:{sound.Index}", "-c:a", CopiedSound.Contains(sound.Codec) ? "copy" : "aac"]);
        // Half a tick early: rounding to microseconds must not lose the key frame. From the beginning nothing need be left out.
        if (keyPacket?.Pts > facts.StartTicks) arguments.AddRange(["-ss", Text(key - 0.5 * facts.TimeBase.Value), "-t", Text(Seconds(facts, request.EndTicks) - key)]);
        else arguments.AddRange(["-to", Text(Seconds(facts, request.EndTicks))]);
        arguments.AddRange(["-avoid_negative_ts", "make_zero", "-map_chapters", "-1", "-movflags", "+faststart", "-progress", "pipe:1", "-nostats", "-f", "mp4", "file:" + path]);
        return arguments;
    }

    /// <returns>False where decoding did not begin as planned.</returns>
    private async Task<bool> RunAsync(ClipRequest request, OutputFile output, SeekPlan plan, List<string> arguments, bool withReport, CancellationToken cancellation)
    {
        await using var child = ChildProcess.Start(tools.Options.FfmpegPath, arguments, tools.Limits, cancellation, withReport);
        var check = new SeekCheck(plan);
        var report = !withReport ? Task.CompletedTask : BlockingThread.Run("ffmpeg report", () => FrameReport.Read(child.Report!, line =>
        {
            check.Observe(line.Time);
            if (check.Verdict == false) child.Kill();
        }));
        await BlockingThread.Run("ffmpeg progress", () => child.Output.CopyTo(Stream.Null));
        await report;
        var exit = await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        child.ThrowIfLimitHit(request.Path);
        if (check.Verdict != true && plan != SeekPlan.Beginning) return false;
        output.Commit(child.Errors, exit);
        return true;
    }

    /// <summary>The frame shown at an instant and the key frame at or before it, the start and null where nothing is found.</summary>
    private async Task<(long Frame, Packet? Key)> ShownAsync(string path, VideoFacts facts, long instantTicks, CancellationToken cancellation)
    {
        long? frame = null;
        Packet? key = null;
        for (var look = 12.0; ; look *= 4)
        {
            var from = Seconds(facts, instantTicks) - look;
            var beginning = from <= Seconds(facts, facts.StartTicks);
            await packets.VisitAsync(path, facts.StreamIndex, beginning ? null : from, Seconds(facts, instantTicks) + 1, packet =>
            {
                // AVI states the order of decoding only.
                if (packet.Discarded || (packet.Pts ?? packet.Dts) is not { } pts || pts > instantTicks) return;
                if (!(pts <= frame)) frame = pts;
                if (packet.IsKey && !(pts <= key?.Pts)) key = packet with { Pts = pts };
            }, cancellation);
            if (key is not null || beginning) return (frame ?? facts.StartTicks, key);
        }
    }

    private static double Seconds(VideoFacts facts, long ticks) => (double)ticks * facts.TimeBase.Numerator / facts.TimeBase.Denominator;

    private static string Text(double seconds) => seconds.ToString("F6", CultureInfo.InvariantCulture);
}
