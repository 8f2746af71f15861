using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Vectors;

/// <summary>
/// Raw vector files in a directory: vectors/ENCODING/VIDEO[0..2]/VIDEO/CHUNK-TOKEN.vec.
/// <para>
/// Written under a temporary name, flushed to the disk, then renamed: a file is whole or absent. A crash leaves at most a
/// ".tmp" or a file whose token the ledger never accepted; <see cref="SweepAsync"/> removes both. Layout: docs/vector-format.md.
/// </para>
/// </summary>
public sealed class DirectoryRawVectorStore(string directory) : IRawVectorStore
{
    public async Task<RawVectorReceipt> WriteAsync(RawVectorKey key, EmbeddedChunk chunk, CancellationToken cancellation)
    {
        var path = PathOf(key);
        var temporary = path + ".tmp";
        var bytes = VectorFile.Serialize(chunk);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false))
            {
                await file.WriteAsync(bytes, cancellation);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException fault)
        {
            TryDelete(temporary);
            throw DiskFaults.Translate(fault, path);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw DiskFaults.Translate(fault, path);
        }
        return new RawVectorReceipt(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public async Task<EmbeddedChunk> ReadAsync(RawVectorKey key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        return VectorFile.Deserialize(await ReadBytesAsync(path, cancellation), path);
    }

    public async Task<EmbeddedChunk> ReadColumnsAsync(RawVectorKey key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        try
        {
            using var file = File.OpenHandle(path);
            var header = new byte[VectorFile.HeaderBytes];
            var count = await RandomAccess.ReadAsync(file, header, 0, cancellation);
            if (count < header.Length) throw VectorFile.Corrupt(path, "it is shorter than its header");
            var columns = new byte[VectorFile.ColumnBytes(header, path)];
            if (await RandomAccess.ReadAsync(file, columns, header.Length, cancellation) < columns.Length)
                throw VectorFile.Corrupt(path, "its columns are cut short");
            return VectorFile.DeserializeColumns(header, columns, path);
        }
        catch (IOException fault)
        {
            throw VectorFile.Corrupt(path, fault is FileNotFoundException or DirectoryNotFoundException ? "it is missing" : fault.Message, fault);
        }
    }

    public Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation)
    {
        if (!Directory.Exists(directory)) return Task.CompletedTask;
        var encodings = encodingId is null ? Directory.GetDirectories(directory) : [Path.Combine(directory, encodingId)];
        foreach (var encoding in encodings)
        {
            var folder = Path.Combine(encoding, video.Value[..2], video.Value);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        return Task.CompletedTask;
    }

    public Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation)
    {
        var folder = Path.Combine(directory, encodingId);
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, folder);
        }
    }

    /// <summary>Folders that are called as an encoding is; what else lies there is nobody's business.</summary>
    public Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>(Directory.Exists(directory)
        ? [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)).Where(Encoding.IsId).Order(StringComparer.Ordinal)]
        : []);

    public Task SweepAsync(VideoId video, string encodingId, IReadOnlySet<RawVectorKey> counted, CancellationToken cancellation)
    {
        var folder = Path.Combine(directory, encodingId, video.Value[..2], video.Value);
        if (!Directory.Exists(folder)) return Task.CompletedTask;
        var kept = counted.Select(PathOf).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder))
            if (!kept.Contains(path)) TryDelete(path);
        return Task.CompletedTask;
    }

    /// <summary>Where a key's file lies.</summary>
    public string PathOf(RawVectorKey key) =>
        Path.Combine(directory, key.EncodingId, key.Video.Value[..2], key.Video.Value, $"{key.ChunkIndex:D6}-{key.Token}.vec");

    private static async Task<byte[]> ReadBytesAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (IOException fault)
        {
            throw VectorFile.Corrupt(path, fault is FileNotFoundException or DirectoryNotFoundException ? "it is missing" : fault.Message, fault);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Swept by the next run.
        }
    }
}
