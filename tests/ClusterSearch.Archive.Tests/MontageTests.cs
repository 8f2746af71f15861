using System.Globalization;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>
/// Ranking quality on a judged archive: shots of the samples, cut to random lengths and mixed. What each shows is known,
/// so every piece is judged. Figures: docs/benchmarks/montage.md.
/// </summary>
public sealed class MontageTests(Montage montage, ITestOutputHelper output)
{
    private const int Seed = 7;
    private const string Ndcg = "ndcg@10 iou>=0.5";

    [Fact]
    public async Task Moments_from_shots_rank_above_the_reference_method()
    {
        using var directory = new TemporaryDirectory();
        var (footage, queries) = await montage.GetAsync(Seed);
        var judged = new JudgedQueries(queries);
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        Assert.Empty((await archive.IngestAsync(footage)).Failures);
        var figures = new Dictionary<string, double>();
        foreach (var (name, moments, smoothing) in new[]
                 {
                     ("shots", MomentMethod.Shots, SmoothingMethod.Shot), ("shots, no smoothing", MomentMethod.Shots, SmoothingMethod.None),
                     ("reference", MomentMethod.Reference, SmoothingMethod.Reference), ("reference, no smoothing", MomentMethod.Reference, SmoothingMethod.None),
                 })
        {
            var report = await archive.Search.EvaluateAsync(judged, new SearchRequest { Moments = moments, Smoothing = smoothing }, CancellationToken.None);
            figures[name] = report.Metrics[Ndcg];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {string.Join(", ", report.Metrics.Select(metric => $"{metric.Key} {metric.Value:0.000}"))}"));
        }
        Assert.True(figures["shots"] > figures["reference"], $"seed {Seed}: {string.Join(", ", figures)}");
        Assert.True(figures["shots"] > 0.6, $"seed {Seed}: {string.Join(", ", figures)}");
    }
}
