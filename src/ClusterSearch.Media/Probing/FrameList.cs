using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;

namespace ClusterSearch.Media.Probing;

/// <summary>Presentation times of all frames or key frames.</summary>
internal sealed class FrameList(PacketList packets, FirstFrame firstFrame)
{
    public async Task<long[]> TicksAsync(string path, VideoFacts facts, bool keyframesOnly, CancellationToken cancellation)
    {
        FileCheck.Length(path);
        var ticks = new List<long>();
        var timeless = 0;
        await packets.VisitAsync(path, facts.StreamIndex, null, null, packet =>
        {
            if (packet.Pts is not { } pts) timeless++;
            // Before the start lie pictures without their references, which nobody is shown.
            else if (!packet.Discarded && pts >= facts.StartTicks && (packet.IsKey || !keyframesOnly)) ticks.Add(pts);
        }, cancellation);
        // AVI and raw streams give their packets no presentation time: the decoder then finds it.
        if (timeless > 0) return await firstFrame.AllTicksAsync(path, facts, keyframesOnly, cancellation);
        if (ticks.Count == 0) throw new ClusterSearchException(ErrorCodes.FootageDecode, $"{path}: no {(keyframesOnly ? "key " : "")}frame was found in the video stream");
        return [.. ticks.Distinct().Order()];
    }
}
