using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Tests.Kernels;

public sealed class ByteRowsTests
{
    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Every_value_is_within_half_a_step_and_the_largest_fills_the_range(int dimension)
    {
        var random = new Random(dimension);
        for (var trial = 0; trial < 50; trial++)
        {
            var row = Array.ConvertAll(Vectors.Unit(random, dimension), value => value * (float)Math.Pow(10, trial - 25));
            var bytes = new sbyte[dimension];
            var scale = ByteRows.Quantize(row, bytes);
            Assert.Equal(127, bytes.Max(value => Math.Abs((int)value)));
            for (var i = 0; i < dimension; i++) Assert.InRange(Math.Abs((double)row[i] - bytes[i] * (double)scale), 0, scale * 0.50001);
        }
    }

    [Fact]
    public void Ties_go_to_the_even_byte()
    {
        var bytes = new sbyte[64];
        Assert.Equal(1f, ByteRows.Quantize([127f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f, .. new float[57]], bytes));
        Assert.Equal([127, 0, 2, 2, 0, -2, -126], bytes[..7].Select(value => (int)value));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-40f)]
    public void A_row_of_nothing_is_zeros(float value)
    {
        var bytes = new sbyte[64];
        Array.Fill(bytes, (sbyte)5);
        Assert.Equal(0f, ByteRows.Quantize([.. Enumerable.Repeat(value, 64)], bytes));
        Assert.All(bytes, one => Assert.Equal(0, one));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(768)]
    public unsafe void Scores_of_unit_vectors_are_right_to_a_thousandth(int dimension)
    {
        var random = new Random(dimension);
        var rotation = new RandomRotation(dimension);
        double squares = 0;
        for (var trial = 0; trial < 1000; trial++)
        {
            var (query, row) = (new float[dimension], new float[dimension]);
            rotation.Rotate(Vectors.Unit(random, dimension), query);
            rotation.Rotate(Vectors.Unit(random, dimension), row);
            var bytes = new sbyte[dimension];
            var scale = ByteRows.Quantize(row, bytes);
            var whole = new ByteQuery(query);
            var dots = new int[1];
            fixed (sbyte* first = bytes) KernelSet.Chosen.Dot(first, 1, [whole], dots);
            squares += Math.Pow(whole.Score(dots[0], scale) - Vectors.Dot(query, row), 2);
        }
        // A step is the largest of about 0.14 through 127; evenly spread within it, an error deviates by √(1/12) of that.
        Assert.InRange(Math.Sqrt(squares / 1000), 0, 4e-4);
    }

    public static TheoryData<int> Dimensions => [.. Vectors.PaddedDimensions];
}
