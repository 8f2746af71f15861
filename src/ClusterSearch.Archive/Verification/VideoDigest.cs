using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// A video's part of the digest: SHA-256 over four columns, each a SHA-256 of its own so that samples may come in pieces of any
/// length: numbers and times, raw vectors, smoothed vectors, shots (first sample, end, edge).
/// </summary>
internal sealed class VideoDigest : IDisposable
{
    private readonly IncrementalHash _samples = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _raw = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _smoothed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _shots = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ShotSmoother? _smoother;
    private (long First, long Next, long EdgeTicks)? _shot;

    public bool IsEmpty => _shot is null;

    /// <param name="piece">Behind those before.</param>
    /// <param name="shotStarts">Entry i is true when a shot starts at sample i.</param>
    public void Add(EmbeddedChunk piece, bool[] shotStarts)
    {
        _smoother ??= new ShotSmoother(piece.Dimension, rows => _smoothed.AppendData(MemoryMarshal.AsBytes(rows)));
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
            _smoother.Add(piece.Vector(i));
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

    private void EndShot()
    {
        if (_shot is not { } shot) return;
        _smoother!.EndShot();
        foreach (var number in new[] { shot.First, shot.Next, shot.EdgeTicks }) Append(_shots, number);
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
