using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using Microsoft.Win32.SafeHandles;

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
    private const string FileSuffix = ".vec";
    private const string PartialSuffix = ".tmp";
    private const int CheckedBytes = 1 << 20;

    public async Task<RawVectorReceipt> WriteAsync(RawVectorKey key, EmbeddedChunk chunk, CancellationToken cancellation)
    {
        var path = PathOf(key);
        var temporary = path + PartialSuffix;
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

    public async IAsyncEnumerable<EmbeddedChunk> ReadPiecesAsync(
        RawVectorKey key, int maximumSamples, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumSamples, 1);
        var columns = await ReadColumnsAsync(key, cancellation);
        using var file = Open(PathOf(key));
        var offset = VectorFile.HeaderBytes + VectorFile.ColumnBytes(columns);
        for (var first = 0; first < columns.Count; first += maximumSamples)
        {
            var rows = new Range(first, Math.Min(columns.Count, first + maximumSamples));
            var vectors = new float[(rows.End.Value - first) * columns.Dimension];
            ReadRows(file, offset, vectors, PathOf(key));
            offset += vectors.Length * sizeof(float);
            yield return new EmbeddedChunk
            {
                Dimension = columns.Dimension,
                Numbers = columns.Numbers[rows],
                Timings = columns.Timings[rows],
                Vectors = vectors,
                LabelsPerSample = columns.LabelsPerSample,
                Labels = columns.Labels[(first * columns.LabelsPerSample)..(rows.End.Value * columns.LabelsPerSample)],
            };
        }
    }

    public async Task CheckAsync(RawVectorKey key, RawVectorReceipt receipt, CancellationToken cancellation)
    {
        var path = PathOf(key);
        using var file = Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CheckedBytes];
        long offset = 0;
        try
        {
            for (int count; (count = await RandomAccess.ReadAsync(file, buffer, offset, cancellation)) > 0; offset += count) hash.AppendData(buffer, 0, count);
        }
        catch (IOException fault)
        {
            throw VectorFile.Corrupt(path, fault.Message, fault);
        }
        if (offset != receipt.ByteCount) throw VectorFile.Corrupt(path, $"{receipt.ByteCount} bytes were written, {offset} found");
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != receipt.Sha256) throw VectorFile.Corrupt(path, "its checksum differs from what was written");
    }

    public Task CopyAsync(RawVectorKey from, RawVectorKey to, CancellationToken cancellation)
    {
        try
        {
            SharedFile.Place(PathOf(from), PathOf(to));
            return Task.CompletedTask;
        }
        catch (FileNotFoundException fault)
        {
            throw VectorFile.Corrupt(PathOf(from), "it is missing", fault);
        }
    }

    public async IAsyncEnumerable<StoredVectorFile> ListFilesAsync(string encodingId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var root = Path.Combine(directory, encodingId);
        if (!Directory.Exists(root)) yield break;
        foreach (var group in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            foreach (var folder in Directory.EnumerateDirectories(group).Order(StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!VideoId.TryParse(Path.GetFileName(folder), out var video)) continue;
                foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
                    if (Parse(video, encodingId, path) is { } file) yield return file;
            }
        }
    }

    public Task DeleteFileAsync(StoredVectorFile file, CancellationToken cancellation)
    {
        TryDelete(file.Location);
        // An empty folder says nothing.
        for (var folder = Path.GetDirectoryName(file.Location); folder is not null && folder.Length > directory.Length; folder = Path.GetDirectoryName(folder))
        {
            if (!Directory.Exists(folder)) continue;
            if (Directory.EnumerateFileSystemEntries(folder).Any()) break;
            Directory.Delete(folder);
        }
        return Task.CompletedTask;
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

    public async Task SweepAsync(
        VideoId video, string encodingId, Func<CancellationToken, Task<IReadOnlySet<RawVectorKey>>> findCounted, CancellationToken cancellation)
    {
        var folder = Path.Combine(directory, encodingId, video.Value[..2], video.Value);
        if (!Directory.Exists(folder)) return;
        var found = Directory.GetFiles(folder);
        var kept = (await findCounted(cancellation)).Select(PathOf).SelectMany(path => new[] { path, path + PartialSuffix }).ToHashSet(StringComparer.Ordinal);
        foreach (var path in found)
            if (!kept.Contains(path)) TryDelete(path);
    }

    /// <summary>Where a key's file lies.</summary>
    public string PathOf(RawVectorKey key) =>
        Path.Combine(directory, key.EncodingId, key.Video.Value[..2], key.Video.Value, $"{key.ChunkIndex:D6}-{key.Token}{FileSuffix}");

    /// <returns>Null for a file that is none of this store's.</returns>
    private static StoredVectorFile? Parse(VideoId video, string encodingId, string path)
    {
        var name = Path.GetFileName(path);
        var isPartial = name.EndsWith(PartialSuffix, StringComparison.Ordinal);
        if (isPartial) name = name[..^PartialSuffix.Length];
        if (!name.EndsWith(FileSuffix, StringComparison.Ordinal)) return null;
        name = name[..^FileSuffix.Length];
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var chunk)
            ? new StoredVectorFile(new RawVectorKey(video, encodingId, chunk, name[(dash + 1)..]), isPartial, path)
            : null;
    }

    private static void ReadRows(SafeFileHandle file, long offset, float[] vectors, string path)
    {
        var bytes = MemoryMarshal.AsBytes(vectors.AsSpan());
        for (var count = 0; bytes.Length > 0; offset += count, bytes = bytes[count..])
            if ((count = RandomAccess.Read(file, bytes, offset)) == 0) throw VectorFile.Corrupt(path, "its vectors are cut short");
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (IOException fault)
        {
            throw VectorFile.Corrupt(path, fault is FileNotFoundException or DirectoryNotFoundException ? "it is missing" : fault.Message, fault);
        }
    }

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
