using ClusterSearch.Archive;
using ClusterSearch.Cli.Commands;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Tests;

public sealed class QuerySyntaxTests
{
    [Theory]
    [InlineData("gate.mp4@12.5", "gate.mp4", 12.5)]
    [InlineData("/footage/a@b.mp4@1:30", "/footage/a@b.mp4", 90)]
    public void A_moment_is_a_video_and_a_time_after_the_last_at_sign(string text, string video, double seconds) =>
        Assert.Equal(new MomentReference(video, seconds), MomentReference.Parse(text, "--like"));

    [Theory]
    [InlineData("gate.mp4")]
    [InlineData("gate.mp4@")]
    [InlineData("@12")]
    [InlineData("gate.mp4@noon")]
    public void A_moment_without_a_video_or_a_time_is_refused(string text) =>
        Assert.Contains("expected VIDEO@TIME", Assert.Throws<UsageException>(() => MomentReference.Parse(text, "--like")).Message);

    [Fact]
    public void A_numbered_weight_goes_before_one_for_the_whole_kind()
    {
        var weights = PartWeights.Parse(["image=0.5", "image2=3", "text=2"], kind => kind == "text" ? 1 : 3);
        Assert.Equal([2, 0.5, 3, 0.5, 1], new[] { weights.Of("text", 1), weights.Of("image", 1), weights.Of("image", 2), weights.Of("image", 3), weights.Of("not", 1) });
    }

    [Theory]
    [InlineData("image", "expected PART=W")]
    [InlineData("picture=2", "expected PART=W")]
    [InlineData("=2", "expected PART=W")]
    [InlineData("image0=2", "expected PART=W")]
    [InlineData("image=0", "expected a weight above 0")]
    [InlineData("image=-1", "expected a weight above 0")]
    [InlineData("image=much", "expected a weight above 0")]
    [InlineData("image3=1", "the query has no image3")]
    [InlineData("like=1", "the query has no like")]
    public void A_weight_for_nothing_or_of_nothing_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => PartWeights.Parse([text], kind => kind == "image" ? 2 : 0)).Message);

    [Fact]
    public void A_part_weighed_twice_is_refused() =>
        Assert.Throws<UsageException>(() => PartWeights.Parse(["text=1", "text=2"], _ => 1));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "grid", "1/1")]
    [InlineData("5", null, "5/1")]
    [InlineData("0.5", "grid", "1/2")]
    [InlineData("30000/1001", null, "30000/1001")]
    [InlineData("native", null, "native")]
    [InlineData("NATIVE", "native", "native")]
    [InlineData(null, "native", "native")]
    [InlineData(null, "keyframes", "keyframes")]
    public void Rate_and_sampling_say_one_thing(string? rate, string? kind, string? sampling) =>
        Assert.Equal(sampling, SamplingChoice.Parse(rate, kind)?.ToString());

    [Theory]
    [InlineData("1", "keyframes")]
    [InlineData("1", "native")]
    [InlineData("native", "grid")]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1001", null)]
    [InlineData("fast", null)]
    [InlineData(null, "often")]
    [InlineData(null, "1")]
    public void Rates_that_contradict_or_are_none_are_refused(string? rate, string? kind) =>
        Assert.Throws<UsageException>(() => SamplingChoice.Parse(rate, kind));

    [Fact]
    public void A_choice_names_what_there_is_to_choose()
    {
        var fault = Assert.Throws<UsageException>(() => Choice.Of<ResizeMode>("quick", "--resize"));
        Assert.Equal("--resize: expected exact or fast, found 'quick'", fault.Message);
    }

    [Fact]
    public void A_query_is_its_text_or_one_line_of_every_part()
    {
        Assert.Equal("a cat", QueryWording.OneLine([new TextPart("a cat")]));
        Assert.Equal("a cat (2) + image cup.png + like aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@12.5 - snow (0.5)", QueryWording.OneLine(
        [
            new TextPart("a cat", 2), new ImagePart("/pictures/cup.png"), new MomentPart(FakeArchive.Garden, 12.5), new TextPart("snow", 0.5, IsNegative: true),
        ]));
    }
}
