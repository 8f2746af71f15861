using System.Globalization;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>
/// Ranking quality on a judged archive: shots of the samples, cut to random lengths and mixed. What each shows is known,
/// so every piece is judged. Figures: docs/benchmarks/montage.md.
/// </summary>
public sealed class MontageTests(ITestOutputHelper output)
{
    private const int Seed = 7;
    private const string Ndcg = "ndcg@10 iou>=0.5";

    private static readonly Motif[] Motifs =
    [
        new("a cat", "garden-walk.mp4", 0, 8), new("a cup of coffee", "garden-walk.mp4", 8, 15), new("a temple by a lake", "garden-walk.mp4", 15, 23),
        new("a flower", "garden-walk.mp4", 23, 31), new("a rocket", "space-day.mp4", 0, 9), new("an astronaut", "space-day.mp4", 9, 16),
        new("galaxies in deep space", "space-day.mp4", 16, 23), new("a cat", "space-day.mp4", 23, 27), new("a rabbit", "bunny.mp4", 0, 5.28),
    ];

    [Fact]
    public async Task Moments_from_shots_rank_above_the_reference_method()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(Seed);
        var relevant = Motifs.Select(motif => motif.Text).Distinct().ToDictionary(text => text, _ => new List<JudgedMoment>());
        var footage = Directory.CreateDirectory(directory.File("footage")).FullName;
        for (var video = 0; video < 4; video++) await MakeMontageAsync(footage, $"montage-{video}.mp4", random, relevant);

        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        Assert.Empty((await archive.IngestAsync(footage)).Failures);
        var judged = new JudgedQueries([.. relevant.Where(query => query.Value.Count > 0).Select(query => new JudgedQuery(query.Key, null, query.Value))]);
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

    private static async Task MakeMontageAsync(string folder, string name, Random random, Dictionary<string, List<JudgedMoment>> relevant)
    {
        string[] files = ["garden-walk.mp4", "space-day.mp4", "bunny.mp4"];
        var arguments = files.SelectMany(file => new[] { "-i", Path.Combine(TestAssets.Samples, file) }).ToList();
        var filter = new List<string>();
        var pads = "";
        double at = 0;
        Motif? previous = null;
        for (var piece = 0; piece < 12; piece++)
        {
            Motif motif;
            do motif = Motifs[random.Next(Motifs.Length)];
            while (motif.Text == previous?.Text);
            previous = motif;
            // Whole frames of 25 a second: 2 to 8 s, as long as the shot allows.
            var frames = random.Next(50, Math.Min(200, (int)((motif.End - motif.Start) * 25)) + 1);
            var first = (int)(motif.Start * 25) + random.Next((int)((motif.End - motif.Start) * 25) - frames + 1);
            filter.Add($"[{Array.IndexOf(files, motif.File)}:v]trim=start_frame={first}:end_frame={first + frames},setpts=PTS-STARTPTS,scale=320:180,setsar=1[p{piece}]");
            pads += $"[p{piece}]";
            relevant[motif.Text].Add(new JudgedMoment(name, at, at + frames / 25.0));
            at += frames / 25.0;
        }
        await FfmpegFootage.RunAsync([.. arguments, "-filter_complex", $"{string.Join(';', filter)};{pads}concat=n=12:v=1[out]",
            "-map", "[out]", "-r", "25", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", Path.Combine(folder, name)]);
    }

    private sealed record Motif(string Text, string File, double Start, double End);
}
