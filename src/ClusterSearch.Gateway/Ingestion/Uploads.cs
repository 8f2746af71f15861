using ClusterSearch.Core;
using ClusterSearch.Gateway.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClusterSearch.Gateway.Ingestion;

/// <summary>Footage that comes by HTTP: kept below one directory, each file in a folder of its own, under a name that is only a name.</summary>
internal sealed class Uploads(string directory, long maximumBytes)
{
    private const int MaximumNameLength = 150;
    private const int HeadLength = 1024;

    /// <summary>Receives a file whole, or leaves nothing.</summary>
    /// <exception cref="GatewayException">415 for what is no footage by its first bytes, 413 when it is too long.</exception>
    public async Task<(string Path, long Bytes)> ReceiveAsync(string? name, Stream body, CancellationToken cancellation)
    {
        var safe = NameOf(name);
        var folder = Path.Combine(directory, Guid.NewGuid().ToString("n"));
        var path = Path.Combine(folder, safe);
        var head = new byte[HeadLength];
        var have = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (!IsFootage(head.AsSpan(0, have)))
            throw new GatewayException(Problem.Of(StatusCodes.Status415UnsupportedMediaType, "footage.not_a_video", "expected a video file (MP4, MOV, Matroska, WebM, AVI, MPEG, TS, MXF, FLV, ASF, Ogg), found something else"));
        Directory.CreateDirectory(folder);
        try
        {
            long bytes = have;
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
            {
                await file.WriteAsync(head.AsMemory(0, have), cancellation);
                var buffer = new byte[1 << 17];
                for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
                {
                    if ((bytes += read) > maximumBytes)
                        throw new GatewayException(Problem.Of(StatusCodes.Status413PayloadTooLarge, "limit.body", $"an upload has at most {maximumBytes} bytes"));
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                }
            }
            return (path, bytes);
        }
        catch (Exception fault)
        {
            Directory.Delete(folder, recursive: true);
            if (FullDisk.IsCauseOf(fault)) throw new ClusterSearchException(ErrorCodes.ArchiveDiskFull, "the disk is full; nothing of the upload was kept", fault);
            throw;
        }
    }

    /// <exception cref="ClusterSearchException">request.invalid for what cannot be a file's name.</exception>
    internal static string NameOf(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1].Trim();
        if (last.Length is 0 or > MaximumNameLength || last.StartsWith('.') || last.Any(c => char.IsControl(c) || "<>:\"|?*".Contains(c, StringComparison.Ordinal)))
            throw Exchange.Invalid($"name: expected a file name of 1 to {MaximumNameLength} characters that does not begin with a dot, found '{Exchange.Shown(name ?? "")}'");
        return last;
    }

    internal static bool IsFootage(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return false;
        return head[4..].StartsWith("ftyp"u8) || head[4..].StartsWith("moov"u8) || head[4..].StartsWith("mdat"u8) || head[4..].StartsWith("wide"u8)
            || head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])
            || (head.StartsWith("RIFF"u8) && head[8..].StartsWith("AVI "u8))
            || (head[0] == 0x47 && head.Length > 188 && head[188] == 0x47)
            || (head[4] == 0x47 && head.Length > 196 && head[196] == 0x47)
            || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xB3])
            || head.StartsWith((ReadOnlySpan<byte>)[0x06, 0x0E, 0x2B, 0x34])
            || head.StartsWith("FLV\x01"u8) || head.StartsWith("OggS"u8)
            || head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]);
    }
}
