using System.Collections.Concurrent;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>The videos that belong to a run, and counts for its report. What is to do about them is the ledger's to say.</summary>
internal sealed class RunVideos(ArchivePorts ports, EncodingRecord encoding, RunMeter meter)
{
    private readonly ConcurrentDictionary<VideoId, RunVideo> _videos = new();
    private int _order, _added, _unchanged, _moved;

    public int Added => _added;

    public int Unchanged => _unchanged;

    public int Moved => _moved;

    public RunVideo this[VideoId id] => _videos[id];

    /// <summary>In the order in which they came.</summary>
    public IEnumerable<RunVideo> Ordered => _videos.Values.OrderBy(video => video.Order);

    /// <summary>Those with chunks left to do.</summary>
    public IEnumerable<RunVideo> Open => Ordered.Where(video => video.Remaining > 0);

    public RunVideo? Find(VideoId id) => _videos.GetValueOrDefault(id);

    /// <returns>The video with its chunks as they are; null when the same content was admitted before.</returns>
    public async Task<(RunVideo Video, IReadOnlyList<ChunkRecord> Chunks)?> AdmitAsync(RegisteredFile file, CancellationToken cancellation)
    {
        var grid = SampleGrid.Create(file.Video.Facts, encoding.Encoding.Sampling, file.Plan.ListedTicks);
        var video = await ports.Catalog.FindVideoAsync(file.Video.Id, cancellation) ?? file.Video;
        var chunks = await ports.Catalog.ListChunksAsync(video.Id, encoding.Encoding.Id, cancellation);
        var toDo = chunks.Where(chunk => chunk.State is ChunkState.Pending or ChunkState.Leased).ToList();
        var entry = new RunVideo(Interlocked.Increment(ref _order), file.Path, video, grid, toDo.Count) { Trace = file.Plan.Trace };
        if (!_videos.TryAdd(video.Id, entry))
        {
            // The same content twice in one run.
            Interlocked.Increment(ref _moved);
            meter.VideoDone();
            return null;
        }
        switch (file.Outcome)
        {
            case FileOutcome.Added:
                Interlocked.Increment(ref _added);
                break;
            case FileOutcome.Moved:
                Interlocked.Increment(ref _moved);
                break;
            case FileOutcome.Known when toDo.Count == 0:
                Interlocked.Increment(ref _unchanged);
                break;
        }
        meter.AddTotal(toDo.Sum(chunk => grid.SpanSeconds(chunk.Chunk.Samples)));
        if (toDo.Count == 0) meter.VideoDone();
        else ports.Hints?.Planned(video.Id);
        return (entry, chunks);
    }
}

/// <param name="order">Which one of the run it is.</param>
/// <param name="path">Where it was found.</param>
/// <param name="video">As the catalogue has it.</param>
/// <param name="grid">Its samples.</param>
/// <param name="remaining">Chunks left to do.</param>
internal sealed class RunVideo(int order, string path, VideoRecord video, SampleGrid grid, int remaining)
{
    private int _remaining = remaining;

    public int Order { get; } = order;

    public string Path { get; } = path;

    public VideoRecord Video { get; } = video;

    public SampleGrid Grid { get; } = grid;

    /// <summary>Its plan's.</summary>
    public string? Trace { get; init; }

    public int Remaining => Volatile.Read(ref _remaining);

    public void SetRemaining(int count) => Volatile.Write(ref _remaining, count);

    /// <returns>True for the last one.</returns>
    public bool Finish() => Interlocked.Decrement(ref _remaining) == 0;
}
