using System.Text.Json;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>The main path on the shipped footage, whose truth stands in samples/truth.json.</summary>
public sealed class SampleSearchTests(SamplesArchive samples) : IClassFixture<SamplesArchive>
{
    private const double EdgeTolerance = 1;

    [Fact]
    public void Every_sample_is_ingested_without_a_complaint()
    {
        Assert.Equal(3, samples.Report.Added);
        Assert.Empty(samples.Report.Failures);
        Assert.Empty(samples.Report.Warnings);
        // 31 + 27 + 6 samples at one a second.
        Assert.Equal(64, samples.Report.Samples);
    }

    [Fact]
    public async Task A_cat_is_found_in_both_videos_first()
    {
        var answer = await samples.Archive.SearchAsync("a cat");
        Assert.Equal(Verdict.Ok, answer.Verdict);
        var firstTwo = answer.Moments.Take(2).OrderBy(moment => moment.FileName, StringComparer.Ordinal).ToList();
        AssertMoment(firstTwo[0], "garden-walk.mp4", 0, 8);
        AssertMoment(firstTwo[1], "space-day.mp4", 23, 27);
        Assert.Equal(new Coverage(3, 3, 0, 64, 0, 0), answer.Coverage);
    }

    [Theory]
    [InlineData("a cup of coffee", "garden-walk.mp4", 8, 15)]
    [InlineData("a temple by a lake", "garden-walk.mp4", 15, 23)]
    [InlineData("a flower", "garden-walk.mp4", 23, 31)]
    [InlineData("a rocket", "space-day.mp4", 0, 9)]
    public async Task A_sentence_finds_its_shot_first(string text, string file, double start, double end)
    {
        var answer = await samples.Archive.SearchAsync(text);
        AssertMoment(answer.Moments[0], file, start, end);
    }

    [Fact]
    public async Task A_moment_s_edges_are_the_cuts_to_the_frame()
    {
        var answer = await samples.Archive.SearchAsync("a cup of coffee", top: 1);
        // The cuts lie at frames 200 and 375 of 25 a second.
        Assert.Equal(8.0, answer.Moments[0].Start, 0.0401);
        Assert.Equal(15.0, answer.Moments[0].End, 0.0401);
    }

    [Fact]
    public async Task The_key_frame_of_any_shot_finds_its_own_shot_or_its_repeat()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (file, start, end, shows) in Truth())
        {
            var video = await samples.Archive.Search.ResolveVideoAsync(file, CancellationToken.None);
            var middle = (start + end) / 2;
            var picture = directory.File($"{file}-{start}.jpg");
            await File.WriteAllBytesAsync(picture, await samples.Archive.Search.ThumbnailAsync(video, middle, 1920, CancellationToken.None));
            var answer = await samples.Archive.Search.SearchAsync(new SearchRequest { Parts = [new ImagePart(picture)], Top = 1 }, CancellationToken.None);
            var best = answer.Moments[0];
            var isOwn = best.FileName == file && best.Start < end && best.End > start;
            Assert.True(isOwn || (shows.Contains("cat", StringComparison.Ordinal) && TruthAt(best).Contains("cat", StringComparison.Ordinal)),
                $"{file} at {middle}: found {best.FileName} {best.Start}-{best.End}");
        }
    }

    [Fact]
    public async Task A_moment_of_a_video_finds_its_repeat_in_another_one()
    {
        var garden = await samples.Archive.Search.ResolveVideoAsync("garden-walk.mp4", CancellationToken.None);
        var answer = await samples.Archive.Search.SearchAsync(
            new SearchRequest { Parts = [new MomentPart(garden, 3)], Top = 2 }, CancellationToken.None);
        AssertMoment(answer.Moments[0], "garden-walk.mp4", 0, 8);
        AssertMoment(answer.Moments[1], "space-day.mp4", 23, 27);
    }

    [Fact]
    public async Task Folding_puts_the_repeat_under_the_best()
    {
        var garden = await samples.Archive.Search.ResolveVideoAsync("garden-walk.mp4", CancellationToken.None);
        var answer = await samples.Archive.Search.SearchAsync(
            new SearchRequest { Parts = [new MomentPart(garden, 3)], Top = 5, Fold = true }, CancellationToken.None);
        AssertMoment(answer.Moments[0], "garden-walk.mp4", 0, 8);
        AssertMoment(Assert.Single(answer.Moments[0].Similar), "space-day.mp4", 23, 27);
    }

    [Fact]
    public async Task A_negative_pushes_what_it_names_down()
    {
        var with = await samples.Archive.SearchAsync("an animal");
        var without = await samples.Archive.Search.SearchAsync(
            new SearchRequest { Parts = [new TextPart("an animal"), new TextPart("a cat", IsNegative: true)] }, CancellationToken.None);
        var before = with.Moments.First(moment => moment.FileName == "garden-walk.mp4" && moment.Start < 1).Score;
        var after = without.Moments.First(moment => moment.FileName == "garden-walk.mp4" && moment.Start < 1).Score;
        Assert.True(after < before);
        Assert.NotEqual("a cat", TruthAt(without.Moments[0]));
    }

    [Fact]
    public async Task A_video_filter_lets_only_that_video_pass_and_says_what_it_kept_out()
    {
        var space = await samples.Archive.Search.ResolveVideoAsync("space-day.mp4", CancellationToken.None);
        var answer = await samples.Archive.SearchAsync("a cat", filter: new VectorFilter { Videos = new HashSet<ClusterSearch.Core.Footage.VideoId> { space } });
        AssertMoment(answer.Moments[0], "space-day.mp4", 23, 27);
        Assert.All(answer.Moments, moment => Assert.Equal("space-day.mp4", moment.FileName));
        Assert.Equal(37, answer.Coverage.FilteredOut);
        Assert.Equal(27, answer.Coverage.Samples);
    }

    [Fact]
    public async Task A_time_filter_cuts_moments_to_its_window()
    {
        var answer = await samples.Archive.SearchAsync("a cat", filter: new VectorFilter { SecondsAfter = 2, SecondsBefore = 5 });
        Assert.All(answer.Moments, moment =>
        {
            Assert.InRange(moment.Start, 2, 5);
            Assert.InRange(moment.End, 2, 5);
        });
        AssertMoment(answer.Moments[0], "garden-walk.mp4", 2, 5);
    }

    [Fact]
    public async Task Moments_of_one_video_never_overlap_and_never_are_empty()
    {
        foreach (var text in new[] { "a cat", "a rocket", "a lake", "an orange thing" })
        {
            var answer = await samples.Archive.SearchAsync(text, top: 100);
            foreach (var video in answer.Moments.GroupBy(moment => moment.Video))
            {
                var ordered = video.OrderBy(moment => moment.Start).ToList();
                Assert.All(ordered, moment => Assert.True(moment.End > moment.Start));
                for (var i = 1; i < ordered.Count; i++) Assert.True(ordered[i].Start >= ordered[i - 1].End, $"{text}: {ordered[i - 1]} {ordered[i]}");
            }
        }
    }

    [Fact]
    public async Task Labels_name_what_is_seen()
    {
        var answer = await samples.Archive.SearchAsync("a cup of coffee", top: 1);
        Assert.Contains(answer.Moments[0].Labels, label => label.Name is "espresso" or "cup" or "coffee mug");
    }

    [Fact]
    public async Task The_reference_method_is_there_as_a_yardstick()
    {
        foreach (var smoothing in Enum.GetValues<ClusterSearch.Core.Smoothing.SmoothingMethod>())
        {
            var answer = await samples.Archive.Search.SearchAsync(
                new SearchRequest { Parts = [new TextPart("a rocket")], Moments = ClusterSearch.Core.Moments.MomentMethod.Reference, Smoothing = smoothing },
                CancellationToken.None);
            Assert.Equal("space-day.mp4", answer.Moments[0].FileName);
            Assert.InRange(answer.Moments[0].KeyFrame, 0, 9);
        }
    }

    private static void AssertMoment(Moment moment, string file, double start, double end)
    {
        Assert.Equal(file, moment.FileName);
        Assert.Equal(start, moment.Start, EdgeTolerance);
        Assert.Equal(end, moment.End, EdgeTolerance);
    }

    private static string TruthAt(Moment moment) =>
        Truth().First(shot => shot.File == moment.FileName && moment.KeyFrame >= shot.Start && moment.KeyFrame < shot.End).Shows;

    private static List<(string File, double Start, double End, string Shows)> Truth()
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestAssets.Samples, "truth.json")));
        return
        [
            .. from video in truth.RootElement.GetProperty("videos").EnumerateArray()
               from shot in video.GetProperty("shots").EnumerateArray()
               select (video.GetProperty("file").GetString()!, shot.GetProperty("start").GetDouble(), shot.GetProperty("end").GetDouble(),
                   shot.GetProperty("shows").GetString()!),
        ];
    }
}
