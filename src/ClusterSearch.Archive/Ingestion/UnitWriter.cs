using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Turns one video's chunks, given in order, into units and writes them in batches. Between chunks it carries the open
/// unit's samples and the open shot's first sample, so that the result does not depend on where chunks end.
/// </summary>
internal sealed class UnitWriter(ArchivePorts ports, VideoRecord video, string encodingId, SampleGrid grid, ShotOptions shotOptions)
{
    private const int SamplesPerBatch = 4096;

    // Samples not yet written; the open unit's samples, possibly written before, come first.
    private readonly List<long> _numbers = [];
    private readonly List<float> _vectors = [];
    private readonly List<bool> _shotStarts = [];
    private long _firstShot;
    private bool _isBroken = true;
    private int _dimension;

    // What the next write replaces; null until something was added.
    private long? _rangeFirst;
    private long _rangeEnd;

    public long SamplesWritten { get; private set; }

    /// <summary>A quarantined chunk behind one that was added: a gap at which shots end, and of which the index holds nothing.</summary>
    public void Skip(Chunk chunk)
    {
        _isBroken = true;
        _rangeEnd = chunk.Samples.End;
    }

    /// <summary>
    /// Recovers the state before a chunk: the samples of the unit that is open there from vector files, the shot's
    /// beginning from the index.
    /// </summary>
    /// <param name="chunks">All of the video.</param>
    /// <param name="index">The first one that will be added.</param>
    /// <param name="isWhole">The video is written as a whole: nothing before this chunk is.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>False when the index does not hold the sample before the chunk.</returns>
    public async Task<bool> ResumeAsync(IReadOnlyList<ChunkRecord> chunks, int index, bool isWhole, CancellationToken cancellation)
    {
        var gap = index;
        while (gap > 0 && chunks[gap - 1].State == ChunkState.Quarantined) gap--;
        if (isWhole || gap < index || gap == 0)
        {
            _rangeFirst = chunks[gap].Chunk.Samples.First;
            return true;
        }
        var before = new List<EmbeddedChunk>();
        long? openFirst = null;
        for (var i = index - 1; i >= 0 && chunks[i].State != ChunkState.Quarantined; i--)
        {
            var chunk = await ReadAsync(chunks[i], cancellation);
            if (chunk.Count == 0) continue;
            before.Insert(0, chunk);
            openFirst ??= chunk.Numbers[^1] / Unit.MaximumSamples * Unit.MaximumSamples;
            if (chunk.Numbers[0] <= openFirst) break;
        }
        _rangeFirst = chunks[index].Chunk.Samples.First;
        if (openFirst is null) return true;

        using var snapshot = await ports.Vectors.SnapshotAsync(encodingId, cancellation);
        var last = before[^1].Numbers[^1];
        var stored = (await snapshot.ListUnitsAsync(video.Id, cancellation)).LastOrDefault(unit => unit.FirstSample <= last);
        if (stored.Count == 0 || stored.FirstSample + stored.Count <= last) return false;
        foreach (var chunk in before)
        {
            for (var i = 0; i < chunk.Count; i++)
                if (chunk.Numbers[i] >= stored.FirstSample && chunk.Numbers[i] <= last) Append(chunk, i, startsShot: false);
        }
        _firstShot = stored.ShotFirstSample;
        _rangeFirst = stored.FirstSample;
        _isBroken = false;
        return true;
    }

    public async Task AddAsync(ChunkRecord record, CancellationToken cancellation)
    {
        var chunk = await ReadAsync(record, cancellation);
        if (chunk.Count > 0)
        {
            _dimension = chunk.Dimension;
            var starts = ShotDetection.ShotStarts(chunk, shotOptions);
            starts[0] = _isBroken || _numbers.Count == 0 || ShotDetection.IsCut(
                _numbers[^1], chunk.Numbers[0], LastVector(), chunk.Vector(0), chunk.Timings[0], shotOptions);
            if (_numbers.Count == 0) _firstShot = chunk.Numbers[0];
            for (var i = 0; i < chunk.Count; i++) Append(chunk, i, starts[i]);
            _isBroken = false;
            SamplesWritten += chunk.Count;
        }
        _rangeFirst ??= record.Chunk.Samples.First;
        _rangeEnd = record.Chunk.Samples.End;
        if (_numbers.Count >= SamplesPerBatch) await FlushAsync(cancellation);
    }

    /// <summary>Writes what is held and keeps the open unit.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_rangeFirst is not { } first) return;
        var numbers = _numbers.ToArray();
        var units = numbers.Length == 0 ? [] : UnitBuilder.Build(
            numbers, [.. numbers.Select(grid.Seconds)], [.. _vectors], _dimension, [.. _shotStarts], _firstShot);
        var replacement = new UnitReplacement(video.Id, video.Attributes, new SampleRange(first, _rangeEnd), units);
        await ports.Vectors.ReplaceAsync(encodingId, [replacement], cancellation);
        KeepOpenUnit(units);
    }

    private void KeepOpenUnit(IReadOnlyList<Unit> units)
    {
        if (units.Count == 0) return;
        var open = units[^1];
        var closed = _numbers.Count - open.Count;
        _numbers.RemoveRange(0, closed);
        _shotStarts.RemoveRange(0, closed);
        _vectors.RemoveRange(0, closed * _dimension);
        _firstShot = open.ShotFirstSample;
        _shotStarts[0] = open.ShotFirstSample == open.FirstSample;
        _rangeFirst = open.FirstSample;
    }

    private Task<EmbeddedChunk> ReadAsync(ChunkRecord chunk, CancellationToken cancellation) =>
        ports.RawVectors.ReadAsync(new RawVectorKey(video.Id, encodingId, chunk.Chunk.Index, chunk.Token!), cancellation);

    private void Append(EmbeddedChunk chunk, int index, bool startsShot)
    {
        _dimension = chunk.Dimension;
        _numbers.Add(chunk.Numbers[index]);
        _vectors.AddRange(chunk.Vector(index));
        _shotStarts.Add(startsShot);
    }

    private float[] LastVector() => [.. _vectors.GetRange(_vectors.Count - _dimension, _dimension)];
}
