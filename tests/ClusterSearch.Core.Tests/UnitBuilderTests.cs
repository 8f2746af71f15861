using System.Numerics.Tensors;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Tests;

public class UnitBuilderTests
{
    [Fact]
    public void Units_are_split_at_shots_gaps_and_numbers_divisible_by_sixteen()
    {
        // 13 14 15 | 16 17 | (shot) 18 19 | (gap) 22 23 ... 31 | 32
        long[] numbers = [13, 14, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32];
        var starts = new bool[numbers.Length];
        starts[5] = true;
        var seconds = numbers.Select(number => number / 2.0).ToArray();
        var vectors = numbers.SelectMany(number => new[] { number / 64f, 1f }).ToArray();

        var units = UnitBuilder.Build(numbers, seconds, vectors, 2, starts, 7);

        Assert.Equal([(13L, 7L, 3), (16L, 7L, 2), (18L, 18L, 2), (22L, 22L, 10), (32L, 22L, 1)],
            units.Select(unit => (unit.FirstSample, unit.ShotFirstSample, unit.Count)));
        Assert.Equal([8, 8.5], units[1].Seconds);
        Assert.Equal([0.25f, 1, 17 / 64f, 1], units[1].Vectors);
        Assert.Equal([16.5f / 64, 1], units[1].Mean);
        Assert.InRange(units[1].Radius, 0.5f / 64, 0.5f / 64 + 1e-5f);
    }

    [Fact]
    public void The_first_entry_belongs_to_the_shot_that_is_given_whatever_its_flag_says()
    {
        var unit = Assert.Single(UnitBuilder.Build([5], [5], [1], 1, [true], 3));
        Assert.Equal(3, unit.ShotFirstSample);
        Assert.Empty(UnitBuilder.Build([], [], [], 4, [], 0));
        Assert.Throws<ArgumentException>(() => UnitBuilder.Build([5], [5], [1], 1, [true], 6));
        Assert.Throws<ArgumentException>(() => UnitBuilder.Build([5, 5], [5, 5], [1, 1], 1, [true, true], 5));
    }

    [Fact]
    public void Units_cover_every_sample_once_and_none_crosses_a_boundary()
    {
        Seeds.Each(50, seed =>
        {
            var random = new Random(seed);
            var numbers = new List<long> { random.Next(100) };
            while (numbers.Count < 80) numbers.Add(numbers[^1] + (random.Next(10) == 0 ? random.Next(2, 40) : 1));
            var starts = numbers.Select(_ => random.Next(8) == 0).ToArray();
            var units = UnitBuilder.Build([.. numbers], numbers.Select(n => (double)n).ToArray(), new float[numbers.Count], 1, starts, numbers[0]);
            Assert.Equal(numbers, units.SelectMany(unit => Enumerable.Range(0, unit.Count).Select(i => unit.FirstSample + i)));
            foreach (var unit in units)
            {
                Assert.Equal(unit.FirstSample / 16, (unit.FirstSample + unit.Count - 1) / 16);
                // The shot's key: the last start (or number after a gap) at or before the unit.
                var key = numbers.Where((n, i) => n <= unit.FirstSample && (i == 0 || starts[i] || numbers[i - 1] != n - 1)).Last();
                Assert.True(key == unit.ShotFirstSample, $"seed {seed}, unit {unit.FirstSample}");
            }
        });
    }

    [Fact]
    public void Mean_and_radius_bound_every_sample_in_float_arithmetic()
    {
        Seeds.Each(60, seed =>
        {
            var random = new Random(seed);
            var dimension = new[] { 1, 2, 33, 512, 1152 }[seed % 5];
            var count = random.Next(1, 17);
            // From equal vectors (radius next to nothing: rounding is all there is) to unrelated ones.
            var spread = Math.Pow(10, -random.Next(0, 9));
            var motif = Gaussian(random, dimension);
            var vectors = Enumerable.Range(0, count).SelectMany(_ => Unit(Add(motif, Gaussian(random, dimension), spread))).ToArray();
            var numbers = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
            var unit = Assert.Single(UnitBuilder.Build(numbers, new double[count], vectors, dimension, new bool[count], 0));

            var rows = vectors.Chunk(dimension).ToArray();
            var distance = rows.Max(row => Math.Sqrt(row.Zip(unit.Mean, (a, b) => ((double)a - b) * ((double)a - b)).Sum()));
            Assert.InRange(unit.Radius, distance, distance + 3e-4);

            // Adversarial queries point from the mean to a sample, along a sample, and away from all.
            var queries = Enumerable.Range(0, 10).Select(_ => Gaussian(random, dimension))
                .Concat(rows.Select(row => Add(row, unit.Mean, -1)))
                .Concat(rows).Concat(rows.Select(row => Array.ConvertAll(row, x => -3 * x)));
            foreach (var query in queries)
                foreach (var dot in new Func<float[], float[], float>[] { Sequential, Fused, (a, b) => TensorPrimitives.Dot<float>(a, b) })
                {
                    var bound = dot(query, unit.Mean) + MathF.Sqrt(dot(query, query)) * unit.Radius;
                    foreach (var row in rows)
                        Assert.True(bound >= dot(query, row), $"seed {seed}: bound {bound:R} below {dot(query, row):R}");
                }
        });
    }

    private static float Sequential(float[] a, float[] b)
    {
        float sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static float Fused(float[] a, float[] b)
    {
        float sum = 0;
        for (var i = a.Length - 1; i >= 0; i--) sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    private static float[] Gaussian(Random random, int dimension) => Enumerable.Range(0, dimension)
        .Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();

    private static float[] Add(float[] a, float[] b, double factor) => a.Zip(b, (x, y) => (float)(x + factor * y)).ToArray();

    private static float[] Unit(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(x => (double)x * x));
        return Array.ConvertAll(vector, x => (float)(x / length));
    }
}
