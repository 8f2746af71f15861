using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Benchmarks;

/// <summary>
/// The index's kernels over more bytes than any cache holds, on one core, each beside a plain read of the same bytes. One
/// operation is a pass over all of them.
/// </summary>
public unsafe class KernelPassBenchmarks
{
    private const int RowsAtOnce = 1024;

    private byte* _memory;
    private KernelSet _kernels = null!;
    private SignQuery[] _signs = [];
    private ByteQuery[] _queries = [];
    private readonly ushort[] _sums = new ushort[RowsAtOnce * 8];
    private readonly int[] _dots = new int[RowsAtOnce * 8];

    public static IEnumerable<string> Paths => KernelSet.Supported.Select(path => path.Name);

    [Params(128)]
    public int MiB { get; set; }

    [ParamsSource(nameof(Paths))]
    public string Path { get; set; } = "";

    [Params(512)]
    public int Dimension { get; set; }

    private int Bytes => MiB << 20;

    [GlobalSetup]
    public void Setup()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 4096);
        var random = new Random(1);
        random.NextBytes(new Span<byte>(_memory, Bytes));
        _kernels = KernelSet.Supported.Single(path => path.Name == Path);
        _signs = [.. Enumerable.Range(0, 8).Select(_ => new SignQuery(KernelInputs.Rotated(random, Dimension)))];
        _queries = [.. Enumerable.Range(0, 8).Select(_ => new ByteQuery(KernelInputs.Rotated(random, Dimension)))];
    }

    [GlobalCleanup]
    public void Cleanup() => NativeMemory.AlignedFree(_memory);

    [Benchmark(Baseline = true)]
    public ulong Read() => KernelInputs.Read(_memory, Bytes);

    [Benchmark]
    public ushort SumCodes() => SumCodes(1);

    [Benchmark]
    public ushort SumCodesOfEight() => SumCodes(8);

    [Benchmark]
    public int Dot() => Dot(1);

    [Benchmark]
    public int DotOfEight() => Dot(8);

    private ushort SumCodes(int queryCount)
    {
        const int Blocks = RowsAtOnce / SignCodes.RowsPerBlock;
        var step = SignCodes.BlockBytes(Dimension) * Blocks;
        for (var at = 0L; at + step <= Bytes; at += step)
            _kernels.SumCodes(_memory + at, Blocks, _signs.AsSpan(0, queryCount), [], _sums.AsSpan(0, RowsAtOnce * queryCount));
        return _sums[0];
    }

    private int Dot(int queryCount)
    {
        var step = Dimension * RowsAtOnce;
        for (var at = 0L; at + step <= Bytes; at += step)
            _kernels.Dot((sbyte*)_memory + at, RowsAtOnce, _queries.AsSpan(0, queryCount), _dots.AsSpan(0, RowsAtOnce * queryCount));
        return _dots[0];
    }
}

/// <summary>Rows here and there in 1 GiB, 1,024 an operation, with and without being asked for ahead.</summary>
public unsafe class KernelGatherBenchmarks
{
    private const int Count = 1024;
    private const long Bytes = 1L << 30;

    private sbyte* _memory;
    private ByteQuery _query = null!;
    private int[][] _numbers = [];
    private int _round;
    private readonly int[] _dots = new int[Count];

    [Params(512)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _memory = (sbyte*)NativeMemory.AlignedAlloc((nuint)Bytes, 4096);
        var random = new Random(1);
        for (var at = 0L; at < Bytes; at += 1 << 20) random.NextBytes(new Span<byte>(_memory + at, 1 << 20));
        _query = new ByteQuery(KernelInputs.Rotated(random, Dimension));
        // Other rows each time, or they would be in the cache.
        _numbers = [.. Enumerable.Range(0, 1000).Select(_ => Enumerable.Range(0, Count).Select(_ => random.Next((int)(Bytes / Dimension))).Order().ToArray())];
    }

    [GlobalCleanup]
    public void Cleanup() => NativeMemory.AlignedFree(_memory);

    [Benchmark(Baseline = true)]
    public int OneByOne()
    {
        foreach (var number in Next()) KernelSet.Chosen.Dot(_memory + (long)number * Dimension, 1, new ReadOnlySpan<ByteQuery>(in _query), _dots.AsSpan(0, 1));
        return _dots[0];
    }

    [Benchmark]
    public int Gathered()
    {
        KernelSet.Chosen.DotGathered(_memory, Next(), _query, _dots);
        return _dots[0];
    }

    private int[] Next() => _numbers[_round++ % _numbers.Length];
}

/// <summary>What a row costs when it is written: rotation, code with its factors, bytes. 1,024 rows an operation.</summary>
public class KernelWritingBenchmarks
{
    private const int Count = 1024;

    private RandomRotation _rotation = null!;
    private float[] _rows = [];
    private float[] _rotated = [];
    private byte[] _block = [];
    private sbyte[] _bytes = [];

    [Params(512, 768)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _rotation = new RandomRotation(Dimension);
        _rows = KernelInputs.Rotated(new Random(1), Count * Dimension);
        _rotated = new float[Count * _rotation.PaddedDimension];
        _rotation.Rotate(_rows, _rotated);
        _block = new byte[SignCodes.BlockBytes(_rotation.PaddedDimension)];
        _bytes = new sbyte[_rotation.PaddedDimension];
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Rotate() => _rotation.Rotate(_rows, _rotated);

    [Benchmark(OperationsPerInvoke = Count)]
    public float CodeAndFactors()
    {
        var sum = 0f;
        for (var row = 0; row < Count; row += 32)
        {
            SignCodes.Pack(_rotated.AsSpan(row * Dimension, 32 * Dimension), Dimension, _block);
            for (var one = row; one < row + 32; one++) sum += SignFactors.Of(_rotated.AsSpan(one * Dimension, Dimension)).Scale;
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public float Quantize()
    {
        var sum = 0f;
        for (var row = 0; row < Count; row++) sum += ByteRows.Quantize(_rotated.AsSpan(row * Dimension, Dimension), _bytes);
        return sum;
    }
}
