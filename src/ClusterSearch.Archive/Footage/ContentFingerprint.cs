using System.Buffers.Binary;
using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Footage;

/// <summary>
/// A video's identity from its content: SHA-256 over the size and up to 64 blocks of 64 KiB spread evenly from the first
/// byte to the last. A file up to 4 MiB is read whole; a larger one costs 4 MiB of reading, wherever it lies.
/// </summary>
internal static class ContentFingerprint
{
    public const int BlockBytes = 64 * 1024;
    public const int BlockCount = 64;

    public static async Task<VideoId> OfAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var byteCount = RandomAccess.GetLength(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var size = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(size, byteCount);
            hash.AppendData(size);
            var buffer = new byte[BlockBytes];
            foreach (var offset in Offsets(byteCount))
            {
                var read = 0;
                while (read < buffer.Length)
                {
                    var count = await RandomAccess.ReadAsync(file, buffer.AsMemory(read), offset + read, cancellation);
                    if (count == 0) break;
                    read += count;
                }
                hash.AppendData(buffer, 0, read);
            }
            return VideoId.FromDigest(hash.GetHashAndReset());
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClusterSearchException(ErrorCodes.FootageNotFound, $"{path}: no such file", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{path}: cannot be read ({fault.Message})", fault);
        }
    }

    /// <summary>Where the blocks begin, ascending.</summary>
    internal static IEnumerable<long> Offsets(long byteCount)
    {
        if (byteCount <= (long)BlockBytes * BlockCount)
        {
            for (long offset = 0; offset < byteCount; offset += BlockBytes) yield return offset;
            yield break;
        }
        var last = byteCount - BlockBytes;
        for (var block = 0; block < BlockCount; block++) yield return (long)((Int128)last * block / (BlockCount - 1));
    }
}
