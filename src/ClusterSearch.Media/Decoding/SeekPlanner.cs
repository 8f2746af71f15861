using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Processes;
using ClusterSearch.Media.Probing;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// Where decoding must begin so that the frame shown at an instant, and all after it, come out as they would from the
/// beginning: at the key frame before the last key frame at or before the instant.
/// </summary>
/// <remarks>
/// One key frame more than theory asks for, because pictures just after a seek are not to be trusted: an open group's leading
/// pictures lack their references, decoders learn the order of output from the first pictures, refresh in slices takes a
/// whole group. Transport streams land anywhere before a time, so the wanted time is moved ahead of the key frame's packet.
/// What comes out is checked against the plan by its times; a plan that fails is replaced by the next, at last the beginning.
/// </remarks>
internal sealed class SeekPlanner(PacketList packets)
{
    private const double NearSeconds = 2;
    private const double FirstLookSeconds = 12;

    /// <summary>ffmpeg itself steps back 3/23 s where frames are reordered.</summary>
    private const double ReorderSeconds = 0.15;

    private const double LandingMarginSeconds = 0.5;

    /// <returns>Plans to be tried in order; the last one is the beginning.</returns>
    public async Task<IReadOnlyList<SeekPlan>> PlanAsync(string path, VideoFacts facts, long instantTicks, CancellationToken cancellation)
    {
        if (!facts.Seekable || facts.SecondsAt(instantTicks) < NearSeconds) return [SeekPlan.Beginning];
        var keys = new List<Packet>();
        var from = Seconds(facts, instantTicks);
        var look = FirstLookSeconds;
        while (true)
        {
            var until = from;
            from = Math.Max(Seconds(facts, facts.StartTicks), from - look);
            var found = new List<Packet>();
            // Packets come in decoding order: those of a time up to the instant may lie a little behind it.
            await packets.VisitAsync(path, facts.StreamIndex, from, until + 1, packet =>
            {
                if (packet is { IsKey: true, Discarded: false, Pts: { } pts } && pts <= instantTicks) found.Add(packet);
            }, cancellation);
            keys = [.. found.Concat(keys).DistinctBy(packet => packet.Pts).OrderBy(packet => packet.Pts)];
            if (keys.Count >= 2) return Plans(facts, keys[^2], keys[^1].Pts!.Value);
            if (from <= Seconds(facts, facts.StartTicks)) return [SeekPlan.Beginning];
            if (keys.Count == 1) from = Math.Min(from, Seconds(facts, keys[0].Pts!.Value));
            look *= 4;
        }
    }

    /// <summary>For key-frame sampling, whose grid is the list of key frames.</summary>
    public static IReadOnlyList<SeekPlan> FromKeyframes(VideoFacts facts, ReadOnlySpan<long> keyframes, long first) => first < 2 || !facts.Seekable
        ? [SeekPlan.Beginning]
        : Plans(facts, new Packet(keyframes[(int)first - 2], null, null, true, false), keyframes[(int)first - 1]);

    private static IReadOnlyList<SeekPlan> Plans(VideoFacts facts, Packet start, long safeTicks)
    {
        var startTicks = start.Pts!.Value;
        if (startTicks <= facts.StartTicks) return [SeekPlan.Beginning];
        var at = Seconds(facts, startTicks);
        var packetAt = start.Dts is { } dts ? Math.Min(at, Seconds(facts, dts)) : at - LandingMarginSeconds;
        var target = ContainerFormats.IsIndexed(facts.Container)
            ? at + Math.Min(ReorderSeconds, (Seconds(facts, safeTicks) - at) / 2)
            : packetAt - LandingMarginSeconds;
        return
        [
            new SeekPlan(target, startTicks, safeTicks),
            new SeekPlan(packetAt - 10, startTicks, safeTicks),
            SeekPlan.Beginning,
        ];
    }

    private static double Seconds(VideoFacts facts, long ticks) => (double)ticks * facts.TimeBase.Numerator / facts.TimeBase.Denominator;
}

/// <param name="TargetSeconds">Time to seek to, on the container's clock; null for none.</param>
/// <param name="StartTicks">The first decoded frame is this one or an earlier one.</param>
/// <param name="SafeTicks">A key frame that comes out, from which on every frame is right.</param>
internal sealed record SeekPlan(double? TargetSeconds, long StartTicks, long SafeTicks)
{
    public static SeekPlan Beginning { get; } = new(null, long.MaxValue, long.MinValue);

    public string[] Arguments => TargetSeconds is { } seconds
        ? ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", seconds.ToString("F6", CultureInfo.InvariantCulture)]
        : [];
}
