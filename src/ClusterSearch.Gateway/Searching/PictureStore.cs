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

    private readonly Lock _room = new();

    /// <summary>Of this process, gone with it.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("clustersearch-pictures-").FullName;

    /// <exception cref="GatewayException">415 when it is no picture.</exception>
    public async Task<PictureDocument> AddAsync(Stream body, CancellationToken cancellation)
    {
        using var memory = new MemoryStream();
        await body.CopyToAsync(memory, cancellation);
        var bytes = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        if (ContentTypeOf(bytes.Span) is null)
            throw new GatewayException(Problem.Of(StatusCodes.Status415UnsupportedMediaType, "picture.kind", "expected a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF picture, found something else"));
        var id = Convert.ToHexStringLower(SHA256.HashData(bytes.Span))[..32];
        var path = Path.Combine(Directory, id);
        if (!File.Exists(path))
        {
            MakeRoom(bytes.Length);
            var temporary = $"{path}.{Guid.NewGuid():n}";
            await File.WriteAllBytesAsync(temporary, bytes, cancellation);
            File.Move(temporary, path, overwrite: true);
        }
        return new PictureDocument(id, bytes.Length);
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
            var files = new DirectoryInfo(Directory).GetFiles().OrderBy(file => file.LastAccessTimeUtc).ToList();
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
