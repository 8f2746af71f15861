using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// Port to the raw vector files: a directory today, object storage later. A file counts only once the ledger names its
/// token; writing is atomic (whole under its name, or absent) and a write under another token never touches it.
/// </summary>
public interface IRawVectorStore
{
    /// <returns>Size and SHA-256 of what was written.</returns>
    /// <exception cref="ClusterSearchException">archive.disk_full, archive.file_system.</exception>
    Task<RawVectorReceipt> WriteAsync(RawVectorKey key, EmbeddedChunk chunk, CancellationToken cancellation);

    /// <exception cref="ClusterSearchException">archive.corrupt: missing, short or a checksum that differs, naming the file.</exception>
    Task<EmbeddedChunk> ReadAsync(RawVectorKey key, CancellationToken cancellation);

    /// <summary>Like <see cref="ReadAsync"/> without the vectors (empty): numbers, timings and labels, a few kilobytes.</summary>
    Task<EmbeddedChunk> ReadColumnsAsync(RawVectorKey key, CancellationToken cancellation);

    /// <summary>Like <see cref="ReadAsync"/> in pieces of at most so many samples, in order: memory does not grow with the chunk. The checksum of the vectors is not looked at: <see cref="CheckAsync"/> does.</summary>
    IAsyncEnumerable<EmbeddedChunk> ReadPiecesAsync(RawVectorKey key, int maximumSamples, CancellationToken cancellation);

    /// <summary>Reads a file from end to end and compares size and SHA-256 with what was written.</summary>
    /// <exception cref="ClusterSearchException">archive.corrupt: missing, short or different, naming the file.</exception>
    Task CheckAsync(RawVectorKey key, RawVectorReceipt receipt, CancellationToken cancellation);

    /// <summary>Puts a file under another name too, whole or not at all; it shares the bytes where that is possible. Done before, nothing happens.</summary>
    /// <exception cref="ClusterSearchException">archive.corrupt when it is missing; archive.disk_full, archive.file_system.</exception>
    Task CopyAsync(RawVectorKey from, RawVectorKey to, CancellationToken cancellation);

    /// <summary>Every file of an encoding, a video's files together, whether they count or not, half-written ones included.</summary>
    IAsyncEnumerable<StoredVectorFile> ListFilesAsync(string encodingId, CancellationToken cancellation);

    /// <summary>Deletes one file. One that is gone is no error.</summary>
    Task DeleteFileAsync(StoredVectorFile file, CancellationToken cancellation);

    /// <summary>Deletes every file of a video in an encoding (null: in all).</summary>
    Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation);

    /// <summary>Deletes every file of an encoding; an unknown one is no error. Cut short, the encoding is still listed.</summary>
    Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation);

    /// <summary>Encodings that have files, in order.</summary>
    Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation);

    /// <summary>Deletes the files of a video and encoding whose keys are not among those that count, half-written ones included.</summary>
    /// <param name="findCounted">Asked once the files are listed: what a worker begins to write meanwhile is not among them and stays.</param>
    Task SweepAsync(VideoId video, string encodingId, Func<CancellationToken, Task<IReadOnlySet<RawVectorKey>>> findCounted, CancellationToken cancellation);
}

/// <summary>Names one vector file.</summary>
/// <param name="Token">The lease under which it was written.</param>
public readonly record struct RawVectorKey(VideoId Video, string EncodingId, int ChunkIndex, string Token);

/// <param name="ByteCount">Size of the file.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record RawVectorReceipt(long ByteCount, string Sha256);

/// <param name="Key">As its name says.</param>
/// <param name="IsPartial">Half-written: by a writer at work, or left over from one.</param>
/// <param name="Location">For people, and for <see cref="IRawVectorStore.DeleteFileAsync"/>.</param>
public sealed record StoredVectorFile(RawVectorKey Key, bool IsPartial, string Location);
