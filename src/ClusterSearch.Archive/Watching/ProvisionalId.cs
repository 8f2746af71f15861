using System.Security.Cryptography;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// What a recording is called until it is closed: SHA-256 over its place and a block near its beginning. Not the very
/// beginning, which Matroska writes anew when it is closed.
/// </summary>
internal static class ProvisionalId
{
    private const int Offset = 64 * 1024;
    private const int Length = 64 * 1024;

    /// <returns>Null while the file is too short.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<VideoId?> OfAsync(string path, Place place, CancellationToken cancellation)
    {
        var block = new byte[Length];
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            var read = 0;
            while (read < Length)
            {
                var count = await RandomAccess.ReadAsync(file, block.AsMemory(read), Offset + read, cancellation);
                if (count == 0) return null;
                read += count;
            }
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"growing\n{place}\n"));
        hash.AppendData(block);
        return VideoId.FromDigest(hash.GetHashAndReset());
    }
}
