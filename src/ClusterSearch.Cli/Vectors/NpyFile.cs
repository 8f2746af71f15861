using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ClusterSearch.Cli.Vectors;

/// <summary>
/// Writes a matrix as NumPy's .npy, version 1.0: magic, header length, a header of ASCII padded to a multiple of 64 bytes,
/// then float32, little-endian, row after row. Source: NumPy Enhancement Proposal 1.
/// </summary>
internal static class NpyFile
{
    private const int Alignment = 64;

    /// <summary>The file is whole under its name or absent: it is written beside and moved into place.</summary>
    /// <param name="values">rows * columns numbers, row-major.</param>
    public static void Write(string path, int rows, int columns, ReadOnlySpan<float> values)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(Header(rows, columns));
        Append(file.Stream, values);
        Commit(file, rows, columns, values.Length);
    }

    /// <inheritdoc cref="Write"/>
    /// <param name="values">The same, in pieces of any length.</param>
    public static async Task WriteAsync(string path, int rows, int columns, IAsyncEnumerable<float[]> values, CancellationToken cancellation)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(Header(rows, columns));
        long count = 0;
        await foreach (var piece in values.WithCancellation(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            Append(file.Stream, piece);
            count += piece.Length;
        }
        Commit(file, rows, columns, count);
    }

    private static void Commit(AtomicFile file, int rows, int columns, long count)
    {
        if (count != (long)rows * columns)
            throw new ArgumentException($"a matrix of {rows} x {columns} has {(long)rows * columns} numbers, found {count}");
        file.Commit();
    }

    private static void Append(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }
        Span<byte> number = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(number, value);
            stream.Write(number);
        }
    }

    private static byte[] Header(int rows, int columns)
    {
        const int prefix = 10;
        var dictionary = string.Create(CultureInfo.InvariantCulture,
            $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        var length = (prefix + dictionary.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        ReadOnlySpan<byte> magicAndVersion = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        magicAndVersion.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - prefix));
        header.AsSpan(prefix).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, header.AsSpan(prefix));
        header[^1] = (byte)'\n';
        return header;
    }
}
