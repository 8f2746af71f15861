using System.Security.Cryptography;
using ClusterSearch.Contract;
using ClusterSearch.Gateway.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Searching;

/// <summary>
/// Pictures that queries point at, by their content, in a directory of this process. What is used least gives way. Only
/// kinds that their first bytes show are taken; they are decoded by the search, under its limits.
/// </summary>
internal sealed class PictureStore : IDisposable
{
    private const int MaximumPictures = 2000;
    private const long MaximumBytes = 1L << 30;
    private const int HeadLength = 16;

    private readonly Lock _room = new();

    /// <summary>Of this process, gone with it.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("clustersearch-pictures-").FullName;

    /// <exception cref="GatewayException">415 when it is no picture.</exception>
    public async Task<PictureDocument> AddAsync(Stream body, CancellationToken cancellation)
    {
        var head = new byte[HeadLength];
        var have = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (ContentTypeOf(head.AsSpan(0, have)) is null)
            throw new GatewayException(Problem.Of(StatusCodes.Status415UnsupportedMediaType, "picture.kind", "expected a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF picture, found something else"));
        // To the disk as it comes: senders that drip hold a file and no memory.
        var temporary = Path.Combine(Directory, $"{Guid.NewGuid():n}.part");
        try
        {
            var (id, length) = await ReceiveAsync(head.AsMemory(0, have), body, temporary, cancellation);
            var path = Path.Combine(Directory, id);
            if (!File.Exists(path))
            {
                MakeRoom(length);
                File.Move(temporary, path, overwrite: true);
            }
            return new PictureDocument(id, length);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<(string Id, long Length)> ReceiveAsync(ReadOnlyMemory<byte> head, Stream body, string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        hash.AppendData(head.Span);
        await file.WriteAsync(head, cancellation);
        var buffer = new byte[1 << 16];
        for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset())[..32], file.Length);
    }

    /// <exception cref="GatewayException">404 when it is not there, or not any more.</exception>
    public string PathOf(string? id)
    {
        if (id is { Length: 32 } && id.All(char.IsAsciiHexDigitLower) && Path.Combine(Directory, id) is var path && File.Exists(path))
        {
            try
            {
                File.SetLastAccessTimeUtc(path, DateTime.UtcNow);
            }
            catch (IOException)
            {
                // Gone this moment; whoever reads it will say so.
            }
            return path;
        }
        throw new GatewayException(Problem.Of(StatusCodes.Status404NotFound, "picture.not_found", "that picture is not here any more; send it again"));
    }

    /// <summary>By the first bytes; null for what is not taken.</summary>
    public static string? ContentTypeOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "image/png"
        : head.StartsWith("GIF8"u8) ? "image/gif"
        : head.Length > 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : head.Length > 12 && head[4..].StartsWith("ftypavif"u8) ? "image/avif"
        : head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) ? "image/tiff"
        : head.StartsWith("BM"u8) ? "image/bmp"
        : null;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private void MakeRoom(long bytes)
    {
        lock (_room)
        {
            var files = new DirectoryInfo(Directory).GetFiles().Where(file => file.Extension != ".part").OrderBy(file => file.LastAccessTimeUtc).ToList();
            var held = files.Sum(file => file.Length);
            foreach (var file in files)
            {
                if (held + bytes <= MaximumBytes && files.Count < MaximumPictures) return;
                held -= file.Length;
                file.Delete();
                if (held + bytes <= MaximumBytes) return;
            }
        }
    }
}
