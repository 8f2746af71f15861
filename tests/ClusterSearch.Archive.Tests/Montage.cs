using System.Collections.Concurrent;
using System.Globalization;
using ClusterSearch.Testing;

[assembly: AssemblyFixture(typeof(ClusterSearch.Archive.Tests.Montage))]

namespace ClusterSearch.Archive.Tests;

/// <summary>Footage whose every piece is judged: shots of the samples, cut to random lengths and mixed.</summary>
public sealed class Montage : IDisposable
{
    private static readonly string[] Files = ["garden-walk.mp4", "space-day.mp4", "bunny.mp4"];

    private static readonly Motif[] Motifs =
    [
        new("a cat", "garden-walk.mp4", 0, 8), new("a cup of coffee", "garden-walk.mp4", 8, 15), new("a temple by a lake", "garden-walk.mp4", 15, 23),
        new("a flower", "garden-walk.mp4", 23, 31), new("a rocket", "space-day.mp4", 0, 9), new("an astronaut", "space-day.mp4", 9, 16),
        new("galaxies in deep space", "space-day.mp4", 16, 23), new("a cat", "space-day.mp4", 23, 27), new("a rabbit", "bunny.mp4", 0, 5.28),
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<int, Lazy<Task<JudgedFootage>>> _made = [];
    private readonly Lazy<Task<string[]>> _sources;

    public Montage() => _sources = new(() => Task.WhenAll(Files.Select(PrepareAsync)));

    public void Dispose() => _directory.Dispose();

    /// <summary>Four videos of twelve pieces each, made once a run.</summary>
    internal Task<JudgedFootage> GetAsync(int seed) => _made.GetOrAdd(seed, key => new Lazy<Task<JudgedFootage>>(() => MakeAsync(key))).Value;

    private async Task<JudgedFootage> MakeAsync(int seed)
    {
        var folder = Directory.CreateDirectory(_directory.File(string.Create(CultureInfo.InvariantCulture, $"{seed}"))).FullName;
        var random = new Random(seed);
        var relevant = Motifs.Select(motif => motif.Text).Distinct().ToDictionary(text => text, _ => new List<JudgedMoment>());
        for (var video = 0; video < 4; video++) await MakeAsync(folder, string.Create(CultureInfo.InvariantCulture, $"montage-{video}.mp4"), random, relevant);
        return new JudgedFootage(folder, [.. relevant.Where(query => query.Value.Count > 0).Select(query => new JudgedQuery(query.Key, null, query.Value))]);
    }

    private async Task MakeAsync(string folder, string name, Random random, Dictionary<string, List<JudgedMoment>> relevant)
    {
        var arguments = (await _sources.Value).SelectMany(file => new[] { "-i", file }).ToList();
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
            filter.Add($"[{Array.IndexOf(Files, motif.File)}:v]trim=start_frame={first}:end_frame={first + frames},setpts=PTS-STARTPTS[p{piece}]");
            pads += $"[p{piece}]";
            relevant[motif.Text].Add(new JudgedMoment(name, at, at + frames / 25.0));
            at += frames / 25.0;
        }
        await FfmpegFootage.RunAsync([.. arguments, "-filter_complex", $"{string.Join(';', filter)};{pads}concat=n=12:v=1[out]",
            "-map", "[out]", "-r", "25", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", Path.Combine(folder, name)]);
    }

    /// <summary>A sample at the montage's size, without loss, once for all montages.</summary>
    private async Task<string> PrepareAsync(string file)
    {
        var path = _directory.File(Path.ChangeExtension(file, ".mkv"));
        await FfmpegFootage.RunAsync("-i", Path.Combine(TestAssets.Samples, file), "-an", "-vf", "scale=320:180,setsar=1", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p", path);
        return path;
    }

    /// <param name="Folder">Where the videos lie.</param>
    /// <param name="Queries">For each text where its pieces lie.</param>
    internal sealed record JudgedFootage(string Folder, IReadOnlyList<JudgedQuery> Queries);

    private sealed record Motif(string Text, string File, double Start, double End);
}
