using System.Diagnostics;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// One recording, followed chunk by chunk while it grows.
/// <para>
/// Normal operation: it is probed when the next chunk's footage should be there; what is wholly there is planned under a
/// provisional id. Closed, its last piece is planned; once all chunks are worked on, it is given the id of its content: vector
/// files get their new names, the ledger renames, the index is written anew from the vectors.
/// </para>
/// <para>
/// Crash: the ledger holds the provisional id at the file's place, marked as growing; the next watch goes on from there.
/// Killed while it is being closed, it is closed again: each step may be repeated, and no order of them makes the index say
/// what the ledger does not.
/// </para>
/// <para>
/// Known gap: sampled by key frames or by every frame, each look lists the packets of the whole file.
/// </para>
/// </summary>
internal sealed class GrowingRecording
{
    private const int Urgent = 100;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);

    private readonly GrowingContext _context;
    private readonly DiscoveredFile _file;
    private readonly Place _place;
    private readonly VideoId _id;
    private VideoFacts _facts;
    private int _chunkCount;
    private long _plannedEnd;
    private bool _isWhollyPlanned;
    private double _plannedSeconds;
    private readonly long _begunAt;
    private readonly double _begunSeconds;
    private long _probedAt;

    private GrowingRecording(GrowingContext context, DiscoveredFile file, Place place, VideoId id, VideoFacts facts, VideoPlan? plan)
    {
        (_context, _file, _place, _id, _facts) = (context, file, place, id, facts);
        _begunAt = _probedAt = context.Ports.Time.GetTimestamp();
        _begunSeconds = facts.DurationSeconds;
        if (plan is null) return;
        (_chunkCount, _plannedEnd) = (plan.Chunks.Count, plan.Chunks[^1].Samples.End);
        _plannedSeconds = context.Grid(facts, plan.ListedTicks).Seconds(_plannedEnd - 1);
    }

    /// <summary>Whether something of it is planned: then it must be closed, else it can be taken for a file like any other.</summary>
    public bool IsPlanned => _chunkCount > 0;

    /// <summary>When it was last probed: a timestamp.</summary>
    public long LookedAt => _probedAt;

    /// <summary>Begins to follow a file, or goes on with one that was followed before.</summary>
    /// <returns>Null for one that cannot be followed (yet): the wrong kind, too short, not readable as footage.</returns>
    public static async Task<GrowingRecording?> TryBeginAsync(GrowingContext context, DiscoveredFile file, CancellationToken cancellation)
    {
        try
        {
            var place = await context.Places.FindOrRegisterAsync(file, cancellation);
            if (await ProvisionalId.OfAsync(file.Path, place, cancellation) is not { } id) return null;
            var facts = await context.Ports.Footage.ProbeAsync(file.Path, cancellation);
            if (!AppendableContainer.Is(file.Path, facts)) return null;
            if (await context.Ports.Catalog.FindVideoAsync(id, cancellation) is { } known)
            {
                if (!IsSameStream(known.Facts, facts) || facts.FileBytes < known.Facts.FileBytes) return null;
                return new GrowingRecording(context, file, place, id, facts, await context.Ports.Catalog.FindPlanAsync(id, context.Encoding.Id, cancellation));
            }
            return new GrowingRecording(context, file, place, id, facts, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException || fault is ClusterSearchException { Code: var code } && code.StartsWith("footage.", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <summary>When the next chunk's footage should be there.</summary>
    public TimeSpan DueIn(TimeProvider time)
    {
        var chunkSeconds = _context.ChunkDuration.TotalSeconds;
        var wanted = (Math.Floor(_plannedSeconds / chunkSeconds) + 1) * chunkSeconds + GrowingPlan.Margin.TotalSeconds;
        // A copy grows faster than a recording.
        var speed = Math.Max(1, (_facts.DurationSeconds - _begunSeconds) / Math.Max(1, time.GetElapsedTime(_begunAt, _probedAt).TotalSeconds));
        var pause = TimeSpan.FromSeconds(Math.Max(0, wanted - _facts.DurationSeconds) / speed);
        if (pause < ShortestPause) pause = ShortestPause;
        if (pause > _context.ChunkDuration) pause = _context.ChunkDuration;
        return pause - time.GetElapsedTime(_probedAt);
    }

    /// <summary>Looks at the file and plans what has become whole.</summary>
    /// <returns>Whether it is still the recording that it was.</returns>
    /// <exception cref="ClusterSearchException">footage codes.</exception>
    public async Task<bool> ExtendAsync(CancellationToken cancellation)
    {
        _probedAt = _context.Ports.Time.GetTimestamp();
        var facts = await ProbeAsync(cancellation);
        if (!IsSameStream(_facts, facts) || facts.FileBytes < _facts.FileBytes) return false;
        await PlanAsync(facts, isClosed: false, cancellation);
        return true;
    }

    /// <summary>Takes a step towards closing it. Call again until it is done.</summary>
    /// <returns>Done: the file is a video like any other; or not yet, since chunks are still to be worked on; or it grew again or was replaced.</returns>
    public async Task<ClosingState> CloseAsync(CancellationToken cancellation)
    {
        if (new FileInfo(_file.Path) is not { Exists: true } before || before.Length < _facts.FileBytes) return ClosingState.Replaced;
        var catalog = _context.Ports.Catalog;
        if (!_isWhollyPlanned)
        {
            var facts = await _context.Ports.Footage.ProbeAsync(_file.Path, cancellation);
            if (!IsSameStream(_facts, facts)) return ClosingState.Replaced;
            await PlanAsync(facts, isClosed: true, cancellation);
            _isWhollyPlanned = true;
        }
        var chunks = await catalog.ListChunksAsync(_id, _context.Encoding.Id, cancellation);
        if (chunks.Any(chunk => chunk.State is ChunkState.Pending or ChunkState.Leased)) return ClosingState.Waiting;

        var final = await ContentFingerprint.OfAsync(_file.Path, cancellation);
        var after = new FileInfo(_file.Path);
        if (!after.Exists || after.Length != _facts.FileBytes || after.LastWriteTimeUtc != before.LastWriteTimeUtc)
        {
            _isWhollyPlanned = false;
            return ClosingState.GrewAgain;
        }
        if (final != _id) await CopyVectorsAsync(final, cancellation);
        var place = new PlaceRecord(_place, final, after.Length, FileRegistration.UnixNanoseconds(after.LastWriteTimeUtc));
        await _context.Work.ChangeIndexAsync(() => SettleAsync(final, place, cancellation), cancellation);
        if (final != _id) await _context.Ports.RawVectors.DeleteVideoAsync(_id, null, cancellation);
        _context.Work.Wake();
        return ClosingState.Closed;
    }

    /// <summary>Its file was replaced by another one, or is not what it was: what was taken in of it is forgotten.</summary>
    public Task RemoveAsync(CancellationToken cancellation) =>
        _context.Work.ChangeIndexAsync(() => VideoRemoval.RemoveAsync(_context.Ports, _id, cancellation), cancellation);

    /// <summary>Its file is gone: what was taken in of it stays, under the id it has.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        if (await _context.Ports.Catalog.FindVideoAsync(_id, cancellation) is { } video)
            await _context.Ports.Catalog.PutVideoAsync(video with { IsGrowing = false }, cancellation);
    }

    private async Task CopyVectorsAsync(VideoId final, CancellationToken cancellation)
    {
        var ports = _context.Ports;
        foreach (var encoding in await ports.Catalog.ListEncodingsAsync(cancellation))
        {
            var id = encoding.Encoding.Id;
            foreach (var chunk in await ports.Catalog.ListChunksAsync(_id, id, cancellation))
                if (chunk.State is ChunkState.Embedded or ChunkState.Indexed)
                    await ports.RawVectors.CopyAsync(new RawVectorKey(_id, id, chunk.Chunk.Index, chunk.Token!), new RawVectorKey(final, id, chunk.Chunk.Index, chunk.Token!), cancellation);
        }
    }

    private async Task SettleAsync(VideoId final, PlaceRecord place, CancellationToken cancellation)
    {
        var (ports, catalog) = (_context.Ports, _context.Ports.Catalog);
        if (final != _id)
        {
            // The ledger first says that nothing of it is searchable, then it is not: killed between any two, both agree.
            foreach (var encoding in await catalog.ListEncodingsAsync(cancellation)) await catalog.UnmarkIndexedAsync(_id, encoding.Encoding.Id, cancellation);
            await ports.Vectors.DeleteVideoAsync(_id, null, cancellation);
            await catalog.RenameVideoAsync(_id, final, cancellation);
        }
        var video = await catalog.FindVideoAsync(final, cancellation);
        await catalog.PutVideoAsync(video! with { Facts = _facts, IsGrowing = false }, cancellation);
        await catalog.RecordPlaceAsync(place, cancellation);
        await catalog.SetPriorityAsync(final, 0, cancellation);
    }

    private async Task<VideoFacts> ProbeAsync(CancellationToken cancellation)
    {
        var facts = await _context.Ports.Footage.ProbeAsync(_file.Path, cancellation);
        if (AppendableContainer.EndIsMeasured(facts)) return facts;
        // A header may promise more than is written.
        var ticks = await _context.Ports.Footage.ListFrameTicksAsync(_file.Path, facts, keyframesOnly: false, cancellation);
        return facts with { DurationTicks = Math.Max(1, Math.Min(facts.DurationTicks, ticks[^1] - facts.StartTicks)) };
    }

    private async Task PlanAsync(VideoFacts facts, bool isClosed, CancellationToken cancellation)
    {
        var (ports, catalog) = (_context.Ports, _context.Ports.Catalog);
        _facts = facts;
        var listed = _context.Encoding.Sampling.Kind == SamplingKind.Grid
            ? null
            : await ports.Footage.ListFrameTicksAsync(_file.Path, facts, _context.Encoding.Sampling.Kind == SamplingKind.Keyframes, cancellation);
        var grid = _context.Grid(facts, listed);
        var added = GrowingPlan.Next(grid, _chunkCount, _plannedEnd, _context.ChunkDuration, isClosed);
        if (added.Count == 0 && !isClosed) return;

        var known = await catalog.FindVideoAsync(_id, cancellation);
        var request = _context.Request;
        var attributes = known?.Attributes ?? new VideoAttributes(request.Camera, request.Zone, request.RecordedAt ?? facts.CreatedAt);
        await catalog.PutVideoAsync(new VideoRecord { Id = _id, Facts = facts, Attributes = attributes, IsGrowing = true }, cancellation);
        var displaced = (await catalog.FindPlaceAsync(_place, cancellation))?.Video;
        var file = new FileInfo(_file.Path);
        await catalog.RecordPlaceAsync(new PlaceRecord(_place, _id, facts.FileBytes, FileRegistration.UnixNanoseconds(file.LastWriteTimeUtc)), cancellation);
        await _context.RemoveDisplacedAsync(displaced, cancellation);
        if (added.Count == 0) return;
        var end = added[^1].Samples.End;
        var times = listed?[..(int)end];
        if (_chunkCount == 0)
        {
            using var span = TraceContext.StartRoot(Telemetry.Spans.Plan, ActivityKind.Producer);
            span?.SetTag(Telemetry.Attributes.Video, _id.Value).SetTag(Telemetry.Attributes.Encoding, _context.Encoding.Id);
            await catalog.PlanAsync(_id, _context.Encoding.Id, added, times, cancellation);
        }
        else await catalog.ExtendPlanAsync(_id, _context.Encoding.Id, added, times, cancellation);
        if (!isClosed) await catalog.SetPriorityAsync(_id, Urgent, cancellation);
        (_chunkCount, _plannedEnd, _plannedSeconds) = (_chunkCount + added.Count, end, grid.Seconds(end - 1));
        _context.Work.Wake();
    }

    /// <summary>Whether a sample decoded with one's facts is what it would be with the other's.</summary>
    private static bool IsSameStream(VideoFacts left, VideoFacts right) => Decisive(left) == Decisive(right);

    private static VideoFacts Decisive(VideoFacts facts) => facts with
    {
        FileBytes = 0,
        DurationTicks = 1,
        DurationCounted = false,
        FrameRate = null,
        VariableFrameRate = false,
        AudioTracks = NoTracks,
        SubtitleTracks = NoTracks,
        CreatedAt = null,
        Timecode = null,
    };

    private static readonly IReadOnlyList<TrackFacts> NoTracks = [];
}

internal enum ClosingState
{
    Waiting,
    Closed,
    GrewAgain,
    Replaced,
}

/// <summary>What recordings share.</summary>
internal sealed record GrowingContext(ArchivePorts Ports, PlaceBook Places, IngestRequest Request, Encoding Encoding, TimeSpan ChunkDuration, IWatchWork Work)
{
    public SampleGrid Grid(VideoFacts facts, long[]? listedTicks) =>
        SampleGrid.Create(facts, Encoding.Sampling, Encoding.Sampling.Kind == SamplingKind.Grid ? null : listedTicks);

    /// <summary>A video whose file was replaced and that lies nowhere else: its footage is gone.</summary>
    public async Task RemoveDisplacedAsync(VideoId? displaced, CancellationToken cancellation)
    {
        if (displaced is { } id && await Ports.Catalog.FindVideoAsync(id, cancellation) is { Places.Count: 0 })
            await Work.ChangeIndexAsync(() => VideoRemoval.RemoveAsync(Ports, id, cancellation), cancellation);
    }
}
