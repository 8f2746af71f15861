using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Core.Tests;

public sealed class EmbeddingDriftTests
{
    private static readonly float[] North = [0, 1];
    private static readonly float[] East = [1, 0];

    [Fact]
    public void Nothing_is_said_before_there_is_something_to_compare()
    {
        var drift = new EmbeddingDrift(2);
        Assert.Null(drift.Add(Repeated(North, 2 * EmbeddingDrift.RecentSamples - 1)));
        Assert.Equal(0, drift.Add(North)!.Value, 1e-6);
    }

    [Fact]
    public void Steady_embeddings_do_not_drift_and_a_turn_by_a_right_angle_does()
    {
        var drift = new EmbeddingDrift(2);
        Assert.Equal(0, drift.Add(Repeated(North, 10_000))!.Value, 1e-5);
        // By hand. Recent: 1,024 more shares of 1/1024 leave (1 - 1/1024)^1024 = 0.3677 of North, so it points to (0.6323, 0.3677).
        // Long: the plain mean of 10,000 North and 1,024 East, (1024, 10000). Cosine: (0.6323 * 1024 + 0.3677 * 10000) / (0.7315 * 10052.3) = 0.5881.
        Assert.Equal(1 - 0.5881, drift.Add(Repeated(East, EmbeddingDrift.RecentSamples))!.Value, 1e-3);
        // Much later that is what the footage is like.
        Assert.InRange(drift.Add(Repeated(East, 6 * EmbeddingDrift.LongSamples))!.Value, 0, 1e-4);
    }

    [Fact]
    public void It_is_the_same_in_whatever_pieces_samples_come()
    {
        var random = new Random(20261129);
        var samples = new float[3000 * 2];
        for (var i = 0; i < samples.Length; i += 2) (samples[i], samples[i + 1]) = MathF.SinCos(random.NextSingle() * 3);
        var whole = new EmbeddingDrift(2).Add(samples);
        var pieces = new EmbeddingDrift(2);
        double? last = null;
        for (var i = 0; i < samples.Length; i += 2 * 100) last = pieces.Add(samples.AsSpan(i, 2 * 100));
        Assert.Equal(whole, last);
    }

    private static float[] Repeated(float[] vector, int count) => [.. Enumerable.Repeat(vector, count).SelectMany(one => one)];
}
