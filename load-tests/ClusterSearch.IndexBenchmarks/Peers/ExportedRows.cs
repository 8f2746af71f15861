using System.Runtime.InteropServices;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>A file of <see cref="Footage.Export"/>: rows and columns as uint32, then the rows, four bytes a value.</summary>
internal sealed class ExportedRows : IDisposable
{
    private const int HeaderBytes = 8;

    private readonly FileStream _file;

    public ExportedRows(string path)
    {
        _file = File.OpenRead(path);
        Span<uint> header = stackalloc uint[2];
        _file.ReadExactly(MemoryMarshal.AsBytes(header));
        (Count, Columns) = (header[0], (int)header[1]);
        if (_file.Length != HeaderBytes + Count * Columns * sizeof(float))
            throw new InvalidDataException($"{path}: {Count} rows of {Columns} were expected, found {_file.Length} bytes. Export it again.");
    }

    public long Count { get; }

    public int Columns { get; }

    public TValue[] Row<TValue>(long row)
        where TValue : unmanaged
    {
        var values = new TValue[Columns];
        RandomAccess.Read(_file.SafeFileHandle, MemoryMarshal.AsBytes(values.AsSpan()), HeaderBytes + row * Columns * sizeof(float));
        return values;
    }

    public void Dispose() => _file.Dispose();
}
