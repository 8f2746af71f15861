using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Tests.Kernels;

public sealed class RandomRotationTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(63, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(100, 128)]
    [InlineData(512, 512)]
    [InlineData(768, 768)]
    [InlineData(1000, 1024)]
    [InlineData(1152, 1152)]
    [InlineData(2048, 2048)]
    public void Lengths_and_angles_are_kept_at_every_dimension(int dimension, int padded)
    {
        var rotation = new RandomRotation(dimension);
        Assert.Equal(padded, rotation.PaddedDimension);
        var random = new Random(dimension);
        var (left, right) = (Vectors.Unit(random, dimension), Vectors.Unit(random, dimension));
        var (leftRotated, rightRotated) = (Rotated(rotation, left), Rotated(rotation, right));
        Assert.Equal(Vectors.Dot(left, left), Vectors.Dot(leftRotated, leftRotated), 1e-6);
        Assert.Equal(Vectors.Dot(left, right), Vectors.Dot(leftRotated, rightRotated), 1e-6);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(512)]
    [InlineData(768)]
    [InlineData(1024)]
    [InlineData(1152)]
    public void It_has_the_bits_of_the_definition_in_plain_code(int dimension)
    {
        var rotation = new RandomRotation(dimension);
        var vector = Vectors.Normal(new Random(dimension), dimension);
        Assert.Equal(Defined(vector, rotation.PaddedDimension), Rotated(rotation, vector));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(768)]
    public void One_coordinate_is_spread_over_all(int dimension)
    {
        var rotation = new RandomRotation(dimension);
        var largest = 0f;
        for (var i = 0; i < dimension; i++)
        {
            var vector = new float[dimension];
            vector[i] = 1;
            largest = Math.Max(largest, Rotated(rotation, vector).Max(Math.Abs));
        }
        // Of 512 x 512 values with the standard deviation 1 / √512 the largest is about 4.7 deviations out.
        Assert.InRange(largest * Math.Sqrt(dimension), 2, 7);
    }

    [Fact]
    public void Many_rows_are_each_rotated_alike()
    {
        var rotation = new RandomRotation(100);
        var rows = Vectors.Normal(new Random(3), 700);
        var expected = Enumerable.Range(0, 7).SelectMany(row => Rotated(rotation, rows.AsSpan(row * 100, 100).ToArray()));
        Assert.Equal(expected, Rotated(rotation, rows));
    }

    // Stored files hold rotated values: SHA-256 of the little-endian floats, computed by a program in another language from the definition.
    [Theory]
    [InlineData(512, "ff06e7124983015c067d3d8719126393d1e94e4097d05e005ac817baa12156d9")]
    [InlineData(768, "c43a1f70f62c6c66e13df28ce33bc6687439676838259e1b5737dcbcf34e6299")]
    public void It_is_the_rotation_that_files_were_written_with(int dimension, string expected)
    {
        var vector = Array.ConvertAll(Enumerable.Range(0, dimension).ToArray(), i => (float)(i * i % 97 - 48));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(Rotated(new RandomRotation(dimension), vector)))));
    }

    [Fact]
    public void What_does_not_fit_is_refused() =>
        Assert.Throws<ArgumentException>(() => new RandomRotation(100).Rotate(new float[200], new float[128]));

    private static float[] Rotated(RandomRotation rotation, float[] rows)
    {
        var rotated = new float[rows.Length / rotation.Dimension * rotation.PaddedDimension];
        rotation.Rotate(rows, rotated);
        return rotated;
    }

    private static float[] Defined(float[] vector, int padded)
    {
        var values = new float[padded];
        vector.CopyTo(values, 0);
        var power = 64;
        while (power * 2 <= padded) power *= 2;
        var seed = (ulong)padded;
        for (var round = 0; round < (power == padded ? 4 : 6); round++)
        {
            for (var i = 0; i < padded; i++) if (IsFlipped(ref seed)) values[i] = -values[i];
            var first = round % 2 == 0 ? 0 : padded - power;
            Hadamard(values.AsSpan(first, power)).CopyTo(values, first);
            if (power == padded) continue;
            for (var i = first; i < first + power; i++) values[i] *= (float)(1 / Math.Sqrt(power));
            for (var i = 0; i < padded / 2; i++) (values[i], values[i + padded / 2]) = (values[i] + values[i + padded / 2], values[i] - values[i + padded / 2]);
        }
        return Array.ConvertAll(values, value => power == padded ? value / power / power : value / 8);
    }

    private static bool IsFlipped(ref ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        var mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)) >= 1UL << 63;
    }

    // By its recursion over neighbours: sums and differences of pairs, then of pairs of those.
    private static float[] Hadamard(Span<float> values)
    {
        if (values.Length == 1) return [values[0]];
        var half = values.Length / 2;
        var (left, right) = (Hadamard(values[..half]), Hadamard(values[half..]));
        return [.. left.Zip(right, (a, b) => a + b), .. left.Zip(right, (a, b) => a - b)];
    }
}
