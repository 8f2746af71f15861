using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;

namespace ClusterSearch.Core.Tests;

public class ReferenceMomentsTests
{
    private static readonly VideoId A = VideoId.Parse(new string('a', 32));
    private static readonly VideoId B = VideoId.Parse(new string('b', 32));

    [Fact]
    public void Hits_within_a_second_of_a_better_one_join_it()
    {
        // 5 a second. Best: 2.0 s, joined by 1.0 (exactly a second), 1.8 and 3.0; 3.2 is out of reach and starts its own,
        // joined by 4.2 but not by 3.0, which is taken.
        var moments = ReferenceMoments.Form(
            [Hit(A, 21, 0.5f), Hit(A, 5, 0.6f), Hit(A, 9, 0.7f), Hit(A, 10, 0.9f), Hit(A, 15, 0.65f), Hit(A, 16, 0.8f), Hit(B, 10, 0.85f)], 0.2);
        Assert.Equal(
            [
                new ReferenceMoment(A, new SampleRange(5, 16), 1.0, 3.2, 0.9f, 10, 2.0),
                new ReferenceMoment(B, new SampleRange(10, 11), 2.0, 2.2, 0.85f, 10, 2.0),
                new ReferenceMoment(A, new SampleRange(16, 22), 3.2, 4.4, 0.8f, 16, 3.2),
            ],
            moments.Select(moment => moment with { End = Math.Round(moment.End, 9) }));
    }

    [Fact]
    public void Equal_scores_go_by_video_then_sample()
    {
        var moments = ReferenceMoments.Form([Hit(B, 0, 1), Hit(A, 50, 1), Hit(A, 0, 1)], 0.2);
        Assert.Equal([(A, 0L), (A, 50L), (B, 0L)], moments.Select(moment => (moment.Video, moment.KeySample)));
        Assert.Empty(ReferenceMoments.Form([], 1));
    }

    [Fact]
    public void Agrees_with_the_method_written_down_literally()
    {
        Seeds.Each(200, seed =>
        {
            var random = new Random(seed);
            var hits = Enumerable.Range(0, 200).Where(_ => random.Next(3) == 0)
                .Select(n => Hit(n % 2 == 0 ? A : B, n / 2, random.Next(20) / 20f)).ToList();
            var left = hits.OrderByDescending(h => h.Score).ThenBy(h => h.Video).ThenBy(h => h.Number).ToList();
            var expected = new List<(VideoId, long, long, float)>();
            while (left.Count > 0)
            {
                var best = left[0];
                var group = left.Where(h => h.Video == best.Video && Math.Abs(h.Number - best.Number) <= 5).ToList();
                expected.Add((best.Video, group.Min(h => h.Number), group.Max(h => h.Number) + 1, best.Score));
                left.RemoveAll(group.Contains);
            }
            var shuffled = hits.OrderBy(_ => random.Next()).ToList();
            Assert.Equal(expected, ReferenceMoments.Form(shuffled, 0.2).Select(m => (m.Video, m.Samples.First, m.Samples.End, m.Score)));
        });
    }

    private static TimedHit Hit(VideoId video, long number, float score) => new(video, number, number / 5.0, score);
}
