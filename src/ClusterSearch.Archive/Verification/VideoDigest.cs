using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// A video's part of the digest: SHA-256 over four columns, each a SHA-256 of its own so that samples may come in pieces of any
/// length: numbers and times, raw vectors, smoothed vectors, shots (first sample, end, edge).
/// </summary>
internal sealed class VideoDigest : IDisposable
{
    // Of one shot's smoothed rows at once; beside them stay the kernel's reach to either side.
    private const int RowsPerStep = 1024;

    private readonly IncrementalHash _samples = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _raw = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _smoothed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _shots = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<float> _rows = [];
    private int _contextRows;
    private int _dimension;
    private (long First, long Next, long EdgeTicks)? _shot;

    public bool IsEmpty => _shot is null;

    /// <param name="piece">Behind those before.</param>
    /// <param name="shotStarts">Entry i is true when a shot starts at sample i.</param>
    public void Add(EmbeddedChunk piece, bool[] shotStarts)
    {
        _dimension = piece.Dimension;
        _raw.AppendData(MemoryMarshal.AsBytes(piece.Vectors.AsSpan()));
        for (var i = 0; i < piece.Count; i++)
        {
            Append(_samples, piece.Numbers[i]);
            Append(_samples, piece.Timings[i].Ticks);
            if (shotStarts[i])
            {
                EndShot();
                _shot = (piece.Numbers[i], 0, piece.Timings[i].EdgeTicks);
            }
            _shot = _shot!.Value with { Next = piece.Numbers[i] + 1 };
            _rows.AddRange(piece.Vector(i));
            if (_rows.Count / _dimension - _contextRows >= RowsPerStep + GaussianKernel.Default.Radius) SmoothWhatIsFinal();
        }
    }

    public byte[] Finish(VideoId video)
    {
        EndShot();
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData(System.Text.Encoding.ASCII.GetBytes(video.Value));
        foreach (var column in new[] { _samples, _raw, _smoothed, _shots }) whole.AppendData(column.GetHashAndReset());
        return whole.GetHashAndReset();
    }

    public void Dispose()
    {
        foreach (var column in new[] { _samples, _raw, _smoothed, _shots }) column.Dispose();
    }

    /// <summary>All but the last rows, whose neighbours are still to come.</summary>
    private void SmoothWhatIsFinal()
    {
        var radius = GaussianKernel.Default.Radius;
        var final = _rows.Count / _dimension - radius;
        var smoothed = HaloSmoothing.Vectors(CollectionsMarshal.AsSpan(_rows), _dimension);
        _smoothed.AppendData(MemoryMarshal.AsBytes(smoothed.AsSpan(_contextRows * _dimension, (final - _contextRows) * _dimension)));
        _rows.RemoveRange(0, (final - radius) * _dimension);
        _contextRows = radius;
    }

    private void EndShot()
    {
        if (_shot is not { } shot) return;
        var smoothed = HaloSmoothing.Vectors(CollectionsMarshal.AsSpan(_rows), _dimension);
        _smoothed.AppendData(MemoryMarshal.AsBytes(smoothed.AsSpan(_contextRows * _dimension)));
        foreach (var number in new[] { shot.First, shot.Next, shot.EdgeTicks }) Append(_shots, number);
        _rows.Clear();
        _contextRows = 0;
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
