using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.IndexBenchmarks.Footage;

namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>A part of the archive that queries are asked of.</summary>
/// <param name="Name">For people.</param>
/// <param name="Share">Part of the samples that pass, as intended.</param>
/// <param name="IsContiguous">Whether whole videos pass.</param>
internal sealed record Scope(string Name, double Share, bool IsContiguous, VectorFilter Filter)
{
    public static Scope Everything { get; } = new("everything", 1, true, VectorFilter.None);

    /// <summary>Everything; videos, cameras and dates at 10, 1 and 0.01 %; a zone; the same seconds of every video.</summary>
    public static IReadOnlyList<Scope> Of(MadeFootage footage)
    {
        var scopes = new List<Scope> { Everything };
        var draws = new Draws(Draws.SeedOf(footage.Seed, 6, 0));
        var videos = footage.VideoCount;
        foreach (var share in (double[])[0.1, 0.01, 0.0001])
        {
            var count = Math.Max(1, (int)Math.Round(videos * share));
            var chosen = new HashSet<VideoId>();
            while (chosen.Count < count) chosen.Add(footage.IdOf(draws.Below(videos)));
            scopes.Add(new Scope(Named("videos", share), share, true, new VectorFilter { Videos = chosen }));

            var first = MadeFootage.RecordedAt(draws.Below(videos - count + 1));
            scopes.Add(new Scope(Named("dates", share), share, true, new VectorFilter { RecordedAfter = first, RecordedBefore = first.AddHours(count) }));

            var camera = draws.Below(Math.Min(100, videos));
            scopes.Add(share >= 0.01
                ? new Scope(Named("cameras", share), share, true, new VectorFilter { Cameras = Enumerable.Range(camera, (int)Math.Round(100 * share)).Select(MadeFootage.CameraOf).ToHashSet() })
                : new Scope("a camera on one day", share, true, new VectorFilter
                {
                    Cameras = new HashSet<string> { MadeFootage.CameraOf(camera) },
                    RecordedAfter = MadeFootage.RecordedAt(camera),
                    RecordedBefore = MadeFootage.RecordedAt(camera + 24),
                }));
        }
        scopes.Add(new Scope("a zone 10 %", 0.1, true, new VectorFilter { Zones = new HashSet<string> { "gate" } }));
        scopes.Add(new Scope("seconds 10 %", 0.1, false, new VectorFilter { SecondsAfter = 1000, SecondsBefore = 1360 }));
        scopes.Add(new Scope("seconds 1 %", 0.01, false, new VectorFilter { SecondsAfter = 1000, SecondsBefore = 1036 }));
        scopes.Add(new Scope("seconds 0.03 %", 0.0003, false, new VectorFilter { SecondsAfter = 1000, SecondsBefore = 1001 }));
        return scopes;
    }

    private static string Named(string what, double share) => string.Create(CultureInfo.InvariantCulture, $"{what} {100 * share:0.##} %");
}
