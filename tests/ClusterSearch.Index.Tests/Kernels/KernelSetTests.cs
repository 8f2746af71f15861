using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Tests.Kernels;

/// <summary>Every path of this machine against sums in plain 64-bit arithmetic, with random and with the most extreme inputs.</summary>
public sealed unsafe class KernelSetTests
{
    private const int Seed = 23;

    public static TheoryData<string, int> PathsAndDimensions
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var path in KernelSet.Supported)
                foreach (var dimension in Vectors.PaddedDimensions) data.Add(path.Name, dimension);
            return data;
        }
    }

    [Fact]
    public void The_first_that_is_supported_is_chosen_and_plain_code_always_is()
    {
        Assert.Same(KernelSet.Supported[0], KernelSet.Chosen);
        Assert.Same(KernelSet.Portable, KernelSet.Supported[^1]);
        Assert.Distinct(KernelSet.Supported.Select(path => path.Name));
    }

    [Fact]
    public void A_doctor_is_told_the_chosen_path_and_that_none_differs()
    {
        Assert.Equal(KernelSet.Chosen.Name, KernelCheck.Chosen);
        Assert.Empty(KernelCheck.Differing());
    }

    [Theory]
    [MemberData(nameof(PathsAndDimensions))]
    public void Sums_of_codes_are_those_of_their_tables(string path, int dimension)
    {
        var random = new Random(Seed);
        foreach (var (blockCount, queryCount) in ((int, int)[])[(0, 1), (1, 1), (3, 2), (5, 3), (2, 7)])
        {
            var codes = new byte[blockCount * SignCodes.BlockBytes(dimension)];
            random.NextBytes(codes);
            // All 16 bits are used where every entry is the largest and every bit set.
            if (blockCount > 1) codes.AsSpan(0, SignCodes.BlockBytes(dimension)).Fill(0xFF);
            SignQuery[] queries = [.. Enumerable.Range(0, queryCount).Select(query => new SignQuery(query == 0 ? Ones(dimension) : Vectors.Unit(random, dimension)))];
            uint[] admitted = queryCount % 2 == 1 ? [] : [.. Enumerable.Range(0, blockCount).Select(block => (uint)(block % 2 * 8))];
            var sums = new ushort[blockCount * 32 * queryCount];
            Array.Fill(sums, (ushort)4711);
            fixed (byte* blocks = codes) Find(path).SumCodes(blocks, blockCount, queries, admitted, sums);
            for (var query = 0; query < queryCount; query++)
                for (var row = 0; row < blockCount * 32; row++)
                    Assert.Equal(
                        admitted.Length == 0 || admitted[row / 32] != 0 ? Sum(codes, row, queries[query]) : 4711,
                        sums[query * blockCount * 32 + row]);
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndDimensions))]
    public void Dot_products_are_exact(string path, int dimension)
    {
        var random = new Random(Seed);
        foreach (var (rowCount, queryCount) in ((int, int)[])[(0, 1), (1, 1), (3, 2), (4, 1), (9, 3), (23, 5)])
        {
            var rows = Bytes(random, rowCount, dimension);
            ByteQuery[] queries = [.. Enumerable.Range(0, queryCount).Select(query => new ByteQuery(query == 0 ? Ones(dimension) : Vectors.Unit(random, dimension)))];
            var dots = new int[rowCount * queryCount];
            fixed (sbyte* first = rows) Find(path).Dot(first, rowCount, queries, dots);
            for (var query = 0; query < queryCount; query++)
                for (var row = 0; row < rowCount; row++) Assert.Equal(Dot(rows, row, queries[query]), dots[query * rowCount + row]);
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndDimensions))]
    public void Dot_products_of_rows_here_and_there_are_exact(string path, int dimension)
    {
        var random = new Random(Seed);
        var rows = Bytes(random, 50, dimension);
        var query = new ByteQuery(Vectors.Unit(random, dimension));
        for (var count = 0; count < 30; count++)
        {
            int[] numbers = [.. Enumerable.Range(0, count).Select(_ => random.Next(50))];
            var dots = new int[count];
            fixed (sbyte* first = rows) Find(path).DotGathered(first, numbers, query, dots);
            Assert.Equal(numbers.Select(row => Dot(rows, row, query)), dots.Select(dot => (long)dot));
        }
    }

    [Fact]
    public void Results_of_another_size_are_refused()
    {
        var signs = new SignQuery(Ones(64));
        Assert.Throws<ArgumentException>(() => KernelSet.Chosen.SumCodes(null, 1, [signs], [], new ushort[31]));
        Assert.Throws<ArgumentException>(() => KernelSet.Chosen.SumCodes(null, 0, [signs, new SignQuery(Ones(128))], [], []));
        Assert.Throws<ArgumentException>(() => KernelSet.Chosen.Dot(null, 1, [new ByteQuery(Ones(64))], new int[2]));
        Assert.Throws<ArgumentException>(() => KernelSet.Chosen.DotGathered(null, [1], new ByteQuery(Ones(64)), []));
    }

    private static KernelSet Find(string path) => KernelSet.Supported.Single(one => one.Name == path);

    private static float[] Ones(int dimension) => [.. Enumerable.Repeat(1f, dimension)];

    // The first rows are the largest that there can be, of one sign and of the other.
    private static sbyte[] Bytes(Random random, int rowCount, int dimension)
    {
        sbyte[] bytes = [.. Enumerable.Range(0, rowCount * dimension).Select(_ => (sbyte)random.Next(-127, 128))];
        for (var row = 0; row < Math.Min(2, rowCount); row++) bytes.AsSpan(row * dimension, dimension).Fill((sbyte)(row == 0 ? 127 : -127));
        return bytes;
    }

    private static long Dot(sbyte[] rows, int row, ByteQuery query) => query.Values.Select((value, i) => (long)value * rows[row * query.Values.Length + i]).Sum();

    private static long Sum(byte[] codes, int row, SignQuery query)
    {
        int[] order = [0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15];
        var block = codes.AsSpan(row / 32 * SignCodes.BlockBytes(query.PaddedDimension));
        var (place, isUpper) = (Array.IndexOf(order, row % 16), row % 32 >= 16);
        long sum = 0;
        for (var table = 0; table < query.PaddedDimension / 4; table++)
        {
            var code = block[table * 16 + place];
            sum += query.Table[table * 16 + (isUpper ? code >> 4 : code & 15)];
        }
        return sum;
    }
}
