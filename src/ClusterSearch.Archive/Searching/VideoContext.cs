using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>What one query needs to know of one video, read once: its grid, its chunks' columns.</summary>
internal sealed class VideoContext(ArchivePorts ports, VideoRecord video, Encoding encoding, VideoPlan plan)
{
    private readonly Dictionary<int, EmbeddedChunk> _columns = [];
    private readonly Dictionary<int, EmbeddedChunk> _chunks = [];
    private IReadOnlyList<ChunkRecord>? _records;

    public VideoRecord Video { get; } = video;

    public SampleGrid Grid { get; } = SampleGrid.Create(video.Facts, encoding.Sampling, plan.ListedTicks);

    /// <summary>Numbers, timings and labels of the chunk that holds a sample; null when that chunk is not embedded.</summary>
    public async ValueTask<EmbeddedChunk?> ColumnsOfAsync(long number, CancellationToken cancellation)
    {
        var record = await RecordOfAsync(number, cancellation);
        if (record is null) return null;
        if (!_columns.TryGetValue(record.Chunk.Index, out var columns))
            _columns[record.Chunk.Index] = columns = await ports.RawVectors.ReadColumnsAsync(KeyOf(record), cancellation);
        return columns;
    }

    /// <summary>When a sample is shown; null when it was never embedded.</summary>
    public async ValueTask<SampleTiming?> TimingAsync(long number, CancellationToken cancellation)
    {
        if (number < 0 || number >= Grid.Count) return null;
        await ColumnsOfAsync(number, cancellation);
        TryTiming(number, out var timing);
        return timing;
    }

    /// <summary>The same from what was read so far; false when the chunk would have to be read first.</summary>
    public bool TryTiming(long number, out SampleTiming? timing)
    {
        timing = null;
        if (number < 0 || number >= Grid.Count) return true;
        if (_records is null) return false;
        if (RecordOf(_records, number) is not { } record) return true;
        if (!_columns.TryGetValue(record.Chunk.Index, out var columns)) return false;
        var at = Array.BinarySearch(columns.Numbers, number);
        if (at >= 0) timing = columns.Timings[at];
        return true;
    }

    /// <summary>The raw embedding of a sample; null when it was never embedded.</summary>
    public async ValueTask<float[]?> VectorOfAsync(long number, CancellationToken cancellation)
    {
        var record = await RecordOfAsync(number, cancellation);
        if (record is null) return null;
        if (!_chunks.TryGetValue(record.Chunk.Index, out var chunk))
            _chunks[record.Chunk.Index] = chunk = await ports.RawVectors.ReadAsync(KeyOf(record), cancellation);
        var at = Array.BinarySearch(chunk.Numbers, number);
        return at < 0 ? null : chunk.Vector(at).ToArray();
    }

    /// <summary>All chunks of the video.</summary>
    public async ValueTask<IReadOnlyList<ChunkRecord>> RecordsAsync(CancellationToken cancellation) =>
        _records ??= await ports.Catalog.ListChunksAsync(Video.Id, encoding.Id, cancellation);

    private async ValueTask<ChunkRecord?> RecordOfAsync(long number, CancellationToken cancellation) =>
        RecordOf(await RecordsAsync(cancellation), number);

    private static ChunkRecord? RecordOf(IReadOnlyList<ChunkRecord> records, long number)
    {
        int low = 0, high = records.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (records[middle].Chunk.Samples.End <= number) low = middle + 1;
            else high = middle;
        }
        return low < records.Count && records[low].Chunk.Samples.Contains(number)
            && records[low].State is ChunkState.Embedded or ChunkState.Indexed
            ? records[low]
            : null;
    }

    private RawVectorKey KeyOf(ChunkRecord record) => new(Video.Id, encoding.Id, record.Chunk.Index, record.Token!);
}
