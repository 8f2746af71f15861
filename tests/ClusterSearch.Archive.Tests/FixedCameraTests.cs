using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Fixed cameras: what passes must be found, and the empty scene must not stand above it.</summary>
public sealed class FixedCameraTests
{
    [Fact]
    public async Task Three_visits_of_cars_are_the_first_three_moments()
    {
        var clip = TestAssets.Clip("car-detection.mp4");
        Assert.SkipWhen(TestAssets.Missing(clip) is not null, TestAssets.Missing(clip) ?? "");
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        await archive.IngestAsync(clip);
        var answer = await archive.SearchAsync("a car");
        (double Start, double End)[] visits = [(4.0, 8.2), (14.5, 18.5), (25.0, 27.6)];
        var matched = answer.Moments.Take(3).Select(moment => Array.FindIndex(visits, visit =>
            moment.Start < visit.End && moment.End > visit.Start && moment.KeyFrame >= visit.Start - 0.5 && moment.KeyFrame < visit.End + 0.5)).ToList();
        Assert.True(matched.Order().SequenceEqual([0, 1, 2]),
            string.Join("; ", answer.Moments.Select(moment => $"{moment.Start:0.00}-{moment.End:0.00} {moment.Score:0.000}")));
    }

    [Fact]
    public async Task One_five_second_event_in_ten_hours_comes_first()
    {
        using var directory = new TemporaryDirectory();
        var footage = await MakeAsync(directory);
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var report = await archive.IngestAsync(new IngestRequest { Paths = [footage], ChunkDuration = TimeSpan.FromHours(1) });
        Assert.Empty(report.Failures);
        Assert.InRange(report.Samples, 36_000, 36_010);
        var answer = await archive.SearchAsync("a cat");
        Assert.Equal(23_456, answer.Moments[0].Start, 1.0);
        Assert.Equal(23_461, answer.Moments[0].End, 1.0);
        Assert.True(answer.Moments.Count == 1 || answer.Moments[1].Score < answer.Moments[0].Score / 2);
    }

    /// <summary>Ten hours from few frames: a temple by a lake that stands still, a cat for five seconds.</summary>
    private static async Task<string> MakeAsync(TemporaryDirectory directory)
    {
        var garden = Path.Combine(TestAssets.Samples, "garden-walk.mp4");
        var scene = directory.File("scene.png");
        var cat = directory.File("cat.png");
        await FfmpegFootage.RunAsync("-ss", "18", "-i", garden, "-frames:v", "1", "-vf", "scale=160:90", scene);
        await FfmpegFootage.RunAsync("-ss", "3", "-i", garden, "-frames:v", "1", "-vf", "scale=160:90", cat);
        var list = directory.File("list.txt");
        // A frame every ten minutes at least, as a camera that writes key frames only.
        var lines = new List<string>();
        void Hold(string picture, double seconds) => lines.Add($"file '{picture}'\nduration {seconds}");
        for (var at = 0; at < 23_400; at += 600) Hold(scene, 600);
        Hold(scene, 56);
        Hold(cat, 5);
        for (var at = 23_461; at < 36_000; at += 600) Hold(scene, Math.Min(600, 36_000 - at));
        Hold(scene, 1);
        await File.WriteAllLinesAsync(list, lines);
        var path = directory.File("ten-hours.mkv");
        await FfmpegFootage.RunAsync("-f", "concat", "-safe", "0", "-i", list, "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-g", "1", "-pix_fmt", "yuv420p", path);
        return path;
    }
}
