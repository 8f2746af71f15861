using ClusterSearch.Core.Ranking;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Models whose scores say nothing by themselves are judged against the archive's own background.</summary>
public sealed class BackgroundTests(SamplesArchive plain, BackgroundTests.OffsetArchive offset) : IClassFixture<SamplesArchive>, IClassFixture<BackgroundTests.OffsetArchive>
{
    [Fact]
    public async Task An_offset_in_all_cosines_changes_no_moment()
    {
        foreach (var text in (string[])["a cat", "a cup of coffee", "a temple by a lake", "a flower", "a rocket"])
        {
            var expected = (await plain.Archive.SearchAsync(text)).Moments;
            var found = (await offset.Archive.SearchAsync(text)).Moments;
            // Eight bits a number, of other vectors here and there: what scores nearer than this may change places.
            Assert.Equal((expected[0].Video, expected[0].Start, expected[0].End), (found[0].Video, found[0].Start, found[0].End));
            Assert.All(expected.Zip(found).Take(3), pair => Assert.Equal(0.8 * pair.First.Score + 0.2, pair.Second.Score, 1e-3));
            Assert.All(found.Take(3), moment => Assert.Contains((moment.Video, moment.Start, moment.End), expected.Select(other => (other.Video, other.Start, other.End))));
            Assert.All(found, moment => Assert.InRange(moment.Relevance!.Value, 0, 1));
        }
    }

    [Fact]
    public async Task A_passing_car_stands_up_from_a_still_scene_whatever_the_offset()
    {
        var clip = TestAssets.Clip("car-detection.mp4");
        Assert.SkipWhen(TestAssets.Missing(clip) is not null, TestAssets.Missing(clip) ?? "");
        using var directory = new TemporaryDirectory();
        await using var archive = await OpenAsync(directory);
        await archive.IngestAsync(clip);
        var answer = await archive.SearchAsync("a car");
        (double Start, double End)[] visits = [(4.0, 8.2), (14.5, 18.5), (25.0, 27.6)];
        var matched = answer.Moments.Take(3).Select(moment => Array.FindIndex(visits, visit => moment.Start < visit.End && moment.End > visit.Start));
        Assert.Equal([0, 1, 2], matched.Order());
        Assert.NotEqual(Verdict.Nothing, answer.Verdict);
    }

    [Fact]
    public async Task What_stands_out_of_the_background_is_told_from_what_does_not()
    {
        foreach (var text in (string[])["a cup of coffee", "a rocket"])
            Assert.Equal(Verdict.Ok, (await offset.Archive.SearchAsync(text)).Verdict);
        foreach (var text in (string[])["a wedding dress", "a tractor on a field"])
            Assert.NotEqual(Verdict.Ok, (await offset.Archive.SearchAsync(text)).Verdict);
    }

    private static Task<TestArchive> OpenAsync(TemporaryDirectory directory) =>
        TestArchive.OpenAsync(directory.File("archive"), ports => ports with { Models = new OffsetModelLoader(ports.Models) });

    /// <summary>The samples as the offset model sees them.</summary>
    public sealed class OffsetArchive : IAsyncLifetime
    {
        private readonly TemporaryDirectory _directory = new();

        internal TestArchive Archive { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Archive = await OpenAsync(_directory);
            await Archive.IngestAsync(TestAssets.Samples);
        }

        public async ValueTask DisposeAsync()
        {
            await Archive.DisposeAsync();
            _directory.Dispose();
        }
    }
}
