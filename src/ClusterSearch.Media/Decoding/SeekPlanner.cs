using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// Where decoding must begin so that the frame shown at an instant, and all after it, come out as they would from the
/// beginning: at the last key frame at or before the instant in MP4, whose key frames are good for that by definition, and one
/// key frame earlier anywhere else.
/// </summary>
/// <remarks>
/// Earlier, because elsewhere pictures just after a seek are not to be trusted: an open group's leading pictures lack their
/// references, decoders learn the order of output from the first pictures, refresh in slices takes a whole group. Transport streams land anywhere before a time, so the wanted time is moved ahead of the key frame's packet.
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
                if (packet is { IsKey: true, Discarded: false } && Time(packet) <= instantTicks) found.Add(packet);
            }, cancellation);
            keys = [.. found.Concat(keys).DistinctBy(Time).OrderBy(Time)];
            if (keys.Count >= 1 && ContainerFormats.HasSyncSamples(facts.Container)) return Plans(facts, keys[^1], keys[^1]);
            if (keys.Count >= 2) return Plans(facts, keys[^2], keys[^1]);
            if (from <= Seconds(facts, facts.StartTicks)) return [SeekPlan.Beginning];
            if (keys.Count == 1) from = Math.Min(from, Seconds(facts, Time(keys[0])!.Value));
            look *= 4;
        }
    }

    /// <summary>For key-frame sampling, whose grid is the list of key frames.</summary>
    public static IReadOnlyList<SeekPlan> FromKeyframes(VideoFacts facts, ReadOnlySpan<long> keyframes, long first) => first < 2 || !facts.Seekable
        ? [SeekPlan.Beginning]
        : Plans(facts, new Packet(keyframes[(int)first - 2], null, null, true, false), new Packet(keyframes[(int)first - 1], null, null, true, false));

    /// <summary>AVI states the order of decoding only.</summary>
    private static long? Time(Packet packet) => packet.Pts ?? packet.Dts;

    private static IReadOnlyList<SeekPlan> Plans(VideoFacts facts, Packet start, Packet safe)
    {
        var (startTicks, safeTicks) = (Time(start)!.Value, Time(safe)!.Value);
        if (startTicks <= facts.StartTicks) return [SeekPlan.Beginning];
        var at = Seconds(facts, startTicks);
        var packetAt = start.Dts is { } dts ? Math.Min(at, Seconds(facts, dts)) : at - LandingMarginSeconds;
        var target = ContainerFormats.IsIndexed(facts.Container)
            ? at + (safeTicks > startTicks ? Math.Min(ReorderSeconds, (Seconds(facts, safeTicks) - at) / 2) : ReorderSeconds)
            : packetAt - LandingMarginSeconds;
        // Without presentation times the decoder's differ from the packets' by a few frames.
        var exact = start.Pts is not null && safe.Pts is not null;
        var latest = exact ? startTicks : startTicks + (safeTicks - startTicks) / 2;
        return [new SeekPlan(target, latest, safeTicks, exact), new SeekPlan(packetAt - 10, latest, safeTicks, exact), SeekPlan.Beginning];
    }

    private static double Seconds(VideoFacts facts, long ticks) => (double)ticks * facts.TimeBase.Numerator / facts.TimeBase.Denominator;
}

/// <param name="TargetSeconds">Time to seek to, on the container's clock; null for none.</param>
/// <param name="LatestStartTicks">The first decoded frame is no later than this.</param>
/// <param name="SafeTicks">A key frame from which on every frame is right.</param>
/// <param name="SafeIsExact">Whether a frame of exactly that time must come out.</param>
internal sealed record SeekPlan(double? TargetSeconds, long LatestStartTicks, long SafeTicks, bool SafeIsExact)
{
    public static SeekPlan Beginning { get; } = new(null, long.MaxValue, long.MinValue, false);

    public string[] Arguments => TargetSeconds is { } seconds
        ? ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", seconds.ToString("F6", CultureInfo.InvariantCulture)]
        : [];
}
