using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Cli.Commands;

/// <summary>What a search is confined to.</summary>
internal sealed record FilterOptions(
    Option<string[]> Videos, Option<string[]> Cameras, Option<string[]> Zones, Option<string[]> After, Option<string[]> Before)
{
    /// <exception cref="UsageException">A value is none.</exception>
    public async Task<VectorFilter> ReadAsync(ParseResult parse, ISearch search, TimeZoneInfo zone, CancellationToken cancellation)
    {
        var window = TimeWindow.Parse(parse.GetValue(After) ?? [], parse.GetValue(Before) ?? [], zone);
        HashSet<VideoId>? videos = null;
        foreach (var video in parse.GetValue(Videos) ?? []) (videos ??= []).Add(await search.ResolveVideoAsync(video, cancellation));
        return window.ApplyTo(new VectorFilter { Videos = videos, Cameras = Names(parse, Cameras), Zones = Names(parse, Zones) });
    }

    private static HashSet<string>? Names(ParseResult parse, Option<string[]> option) =>
        parse.GetValue(option) is { Length: > 0 } names ? names.ToHashSet(StringComparer.Ordinal) : null;
}
