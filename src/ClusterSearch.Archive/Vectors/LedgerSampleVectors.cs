using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Vectors;

/// <summary>
/// Raw embeddings by sample number: the ledger says which vector files of a video count, and the files that were used last stay
/// in memory, since the shots of an answer lie beside each other. A file that is made anew has another token and is read anew.
/// </summary>
public sealed class LedgerSampleVectors(ICatalog catalog, IRawVectorStore files, TimeProvider time) : ISampleVectors
{
    /// <summary>Bytes of vectors kept.</summary>
    private const long Capacity = 256L << 20;

    /// <summary>How long the ledger's word on a video is taken for current: a chunk that is embedded again within is found missing and asked for.</summary>
    private static readonly TimeSpan LedgerAge = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<RawVectorKey, LinkedListNode<(RawVectorKey Key, EmbeddedChunk Chunk)>> _chunks = [];
    private readonly LinkedList<(RawVectorKey Key, EmbeddedChunk Chunk)> _byUse = [];
    private readonly Dictionary<(string Encoding, VideoId Video), (long AskedAt, IReadOnlyList<ChunkRecord> Chunks)> _ledger = [];
    private long _bytes;

    public async ValueTask<SampleRows?> ReadAsync(string encodingId, VideoId video, SampleRange range, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(encodingId, video, range, await ChunksAsync(encodingId, video, mayBeOld: true, cancellation), cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt)
        {
            // The file was swept since the ledger was asked, or is broken indeed.
            return await ReadAsync(encodingId, video, range, await ChunksAsync(encodingId, video, mayBeOld: false, cancellation), cancellation);
        }
    }

    private async ValueTask<SampleRows?> ReadAsync(
        string encodingId, VideoId video, SampleRange range, IReadOnlyList<ChunkRecord> chunks, CancellationToken cancellation)
    {
        var parts = new List<(EmbeddedChunk Chunk, int First, int End)>();
        foreach (var record in chunks)
        {
            if (record.State is not (ChunkState.Embedded or ChunkState.Indexed) || record.Chunk.Samples.First >= range.End || record.Chunk.Samples.End <= range.First) continue;
            var chunk = await ChunkAsync(new RawVectorKey(video, encodingId, record.Chunk.Index, record.Token!), cancellation);
            var (first, end) = (Place(chunk.Numbers, range.First), Place(chunk.Numbers, range.End));
            if (end > first) parts.Add((chunk, first, end));
        }
        if (parts.Count == 0) return null;
        var dimension = parts[0].Chunk.Dimension;
        var numbers = new long[parts.Sum(part => part.End - part.First)];
        var vectors = new float[numbers.Length * dimension];
        var at = 0;
        foreach (var (chunk, first, end) in parts)
        {
            Array.Copy(chunk.Numbers, first, numbers, at, end - first);
            Array.Copy(chunk.Vectors, first * dimension, vectors, at * dimension, (end - first) * dimension);
            at += end - first;
        }
        return new SampleRows(dimension, numbers, vectors);
    }

    private async ValueTask<IReadOnlyList<ChunkRecord>> ChunksAsync(string encodingId, VideoId video, bool mayBeOld, CancellationToken cancellation)
    {
        if (mayBeOld)
        {
            lock (_lock)
                if (_ledger.TryGetValue((encodingId, video), out var known) && time.GetElapsedTime(known.AskedAt) < LedgerAge) return known.Chunks;
        }
        var askedAt = time.GetTimestamp();
        var chunks = await catalog.ListChunksAsync(video, encodingId, cancellation);
        lock (_lock)
        {
            foreach (var old in _ledger.Where(entry => time.GetElapsedTime(entry.Value.AskedAt) >= LedgerAge).Select(entry => entry.Key).ToList()) _ledger.Remove(old);
            _ledger[(encodingId, video)] = (askedAt, chunks);
        }
        return chunks;
    }

    private async ValueTask<EmbeddedChunk> ChunkAsync(RawVectorKey key, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_chunks.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                return node.Value.Chunk;
            }
        }
        var chunk = await files.ReadAsync(key, cancellation);
        lock (_lock)
        {
            if (!_chunks.ContainsKey(key))
            {
                _chunks[key] = _byUse.AddFirst((key, chunk));
                _bytes += BytesOf(chunk);
            }
            while (_bytes > Capacity && _byUse.Count > 1)
            {
                _bytes -= BytesOf(_byUse.Last!.Value.Chunk);
                _chunks.Remove(_byUse.Last.Value.Key);
                _byUse.RemoveLast();
            }
        }
        return chunk;
    }

    private static long BytesOf(EmbeddedChunk chunk) => (long)chunk.Vectors.Length * sizeof(float);

    /// <summary>The first place whose number is not below.</summary>
    private static int Place(long[] numbers, long number)
    {
        var found = Array.BinarySearch(numbers, number);
        return found >= 0 ? found : ~found;
    }
}
