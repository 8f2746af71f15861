using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClusterSearch.Gateway.Hosting;

/// <summary>
/// How slowly an answer may be read. The server gives a write its grace, or its bytes over the rate where that is longer, so the size of a write
/// counts: at a rate too low for it, one who never reads would never be cut off.
/// </summary>
internal static class Rates
{
    /// <summary>Documents and the page are written whole, some 100 KiB at most as they are sent.</summary>
    public static MinDataRate Documents { get; } = new(16 << 10, TimeSpan.FromSeconds(5));

    /// <summary>Clips come over slow lines too; written in pieces of 64 KiB.</summary>
    private static readonly MinDataRate Clips = new(1 << 10, TimeSpan.FromSeconds(30));

    /// <summary>A player that is paused reads nothing for minutes, and asks again for what it lacks when it was cut off.</summary>
    private static readonly MinDataRate Players = new(240, TimeSpan.FromMinutes(5));

    public static void ForClips(HttpContext context) => Set(context, Clips);

    public static void ForPlayers(HttpContext context) => Set(context, Players);

    private static void Set(HttpContext context, MinDataRate rate)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } feature) feature.MinDataRate = rate;
    }
}
