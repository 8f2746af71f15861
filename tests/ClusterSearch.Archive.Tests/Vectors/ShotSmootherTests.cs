using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Archive.Tests.Vectors;

public sealed class ShotSmootherTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1029)] // exactly what is smoothed at once
    [InlineData(1030)]
    [InlineData(5000)]
    public void Shots_in_pieces_have_the_bits_of_whole_shots(int longest)
    {
        const int Dimension = 3;
        var random = new Random(longest);
        var (expected, found, steps) = (new List<float>(), new List<float>(), 0);
        var smoother = new ShotSmoother(Dimension, rows =>
        {
            found.AddRange(rows);
            steps++;
        });
        var lengths = new[] { longest, 1, random.Next(1, longest + 1), random.Next(1, longest + 1) };
        foreach (var length in lengths)
        {
            var shot = new float[length * Dimension];
            for (var i = 0; i < shot.Length; i++) shot[i] = random.NextSingle() - 0.5f;
            expected.AddRange(HaloSmoothing.Vectors(shot, Dimension));
            for (var i = 0; i < length; i++) smoother.Add(shot.AsSpan(i * Dimension, Dimension));
            smoother.EndShot();
        }
        smoother.EndShot();
        Assert.Equal(expected, found);
        // A long shot comes out while it goes on.
        Assert.InRange(steps, lengths.Sum(length => Math.Max(1, length / 1100)), int.MaxValue);
    }
}
