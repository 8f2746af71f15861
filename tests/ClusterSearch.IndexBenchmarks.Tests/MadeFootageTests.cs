using ClusterSearch.IndexBenchmarks.Footage;

namespace ClusterSearch.IndexBenchmarks.Tests;

public sealed class MadeFootageTests
{
    private static readonly FootageModel Small = FootageModel.Default with { Dimension = 64, SamplesPerVideo = 400, Motifs = 64 };

    [Fact]
    public void A_video_is_the_same_whoever_makes_it_and_whatever_was_made_before()
    {
        var footage = new MadeFootage(Small, 4000, 7);
        var busy = footage.CreateMaker();
        for (var video = 9; video > 3; video--) busy.Make(video);
        var later = busy.Make(3);
        var alone = new MadeFootage(Small, 4000, 7).CreateMaker().Make(3);
        Assert.Equal(alone.Vectors, later.Vectors);
        Assert.Equal(alone.ShotStarts, later.ShotStarts);
        Assert.NotEqual(alone.Vectors, new MadeFootage(Small, 4000, 8).CreateMaker().Make(3).Vectors);
    }

    [Fact]
    public void An_archive_grows_without_changing_what_it_had()
    {
        var before = new MadeFootage(Small, 2000, 7).CreateMaker().Make(4);
        var after = new MadeFootage(Small, 8000, 7).CreateMaker().Make(4);
        Assert.Equal(before.Vectors, after.Vectors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Vectors_have_length_one_and_videos_their_samples(bool isStructured)
    {
        var footage = new MadeFootage(Small with { IsStructured = isStructured }, 1000, 7);
        Assert.Equal([400, 400, 200], Enumerable.Range(0, footage.VideoCount).Select(footage.SamplesOf));
        var video = footage.CreateMaker().Make(2);
        Assert.Equal(200, video.Units().Sum(unit => unit.Count));
        for (var sample = 0; sample < video.Count; sample++)
            Assert.Equal(1.0, video.Vector(sample).ToArray().Sum(value => (double)value * value), 5);
    }

    [Fact]
    public void Neighbours_in_a_shot_look_alike_and_samples_of_two_videos_do_not()
    {
        var maker = new MadeFootage(FootageModel.Default, 36_000, 7).CreateMaker();
        var first = maker.Make(0);
        List<double> neighbours = [.. Enumerable.Range(1, first.Count - 1).Where(i => !first.ShotStarts[i]).Select(i => Cosine(first.Vector(i - 1), first.Vector(i))).Order()];
        var kept = first.Vector(100).ToArray();
        var second = maker.Make(1);
        List<double> strangers = [.. Enumerable.Range(0, second.Count).Select(i => Cosine(kept, second.Vector(i))).Order()];
        // Fitted: medians of .98 and .06 in real clips.
        Assert.InRange(neighbours[neighbours.Count / 2], 0.9, 1);
        Assert.InRange(strangers[strangers.Count / 2], -0.05, 0.2);
    }

    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (var c = 0; c < left.Length; c++) sum += (double)left[c] * right[c];
        return sum;
    }
}
