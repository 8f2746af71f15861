using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive;

/// <summary>What to watch, and how.</summary>
public sealed record WatchRequest
{
    public static readonly TimeSpan DefaultSettle = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan DefaultSettleGrowing = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan DefaultRescan = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan DefaultGrowingChunkDuration = TimeSpan.FromMinutes(1);

    /// <summary>How to ingest; its paths are the directories to watch, with everything below them.</summary>
    public required IngestRequest Ingest { get; init; }

    /// <summary>A file is whole when size and time have not changed for this long and nobody holds it open for writing.</summary>
    public TimeSpan Settle { get; init; } = DefaultSettle;

    /// <summary>A recording that was followed is closed when it has not grown for this long.</summary>
    public TimeSpan SettleGrowing { get; init; } = DefaultSettleGrowing;

    /// <summary>Directories are read again this often, whatever the system tells of changes: network file systems tell nothing.</summary>
    public TimeSpan Rescan { get; init; } = DefaultRescan;

    /// <summary>Footage a chunk of a growing recording holds: what is recorded becomes searchable after about this long.</summary>
    public TimeSpan GrowingChunkDuration { get; init; } = DefaultGrowingChunkDuration;

    /// <summary>End when everything that is there has been taken in, is still being written, or failed.</summary>
    public bool Once { get; init; }

    /// <summary>Forget videos whose last file is gone; else only the places are forgotten.</summary>
    public bool Prune { get; init; }
}

public enum WatchEventKind
{
    /// <summary>A file was registered: new footage, or known footage at a new place.</summary>
    Registered,

    /// <summary>Every chunk of a video is searchable or quarantined.</summary>
    Finished,

    Failed,

    /// <summary>A recording is followed while it grows.</summary>
    Following,

    /// <summary>A recording that was followed ended: from now on it is a video like any other.</summary>
    Closed,

    /// <summary>A file is gone, and its place forgotten.</summary>
    Forgotten,

    /// <summary>A directory is gone or was unmounted; what lay below it is kept.</summary>
    Away,

    /// <summary>It is there again.</summary>
    Back,

    /// <summary>Work waits: a full disk, a busy archive.</summary>
    Waiting,
}

/// <param name="Path">A file or a directory.</param>
/// <param name="Message">One line for a person; null where kind and path say everything.</param>
/// <param name="Code">Of <see cref="Core.ErrorCodes"/>, for faults.</param>
public sealed record WatchEvent(WatchEventKind Kind, string Path, string? Message = null, string? Code = null);

/// <param name="Files">Known below the directories.</param>
/// <param name="Settling">Still being written, or waiting to be looked at.</param>
/// <param name="Growing">Recordings that are followed.</param>
/// <param name="Failed">Tried again when they change, and after a while.</param>
/// <param name="Ledger">Counts over the encoding that is ingested.</param>
public sealed record WatchStatus(int Files, int Settling, int Growing, int Failed, LedgerStatus Ledger);

/// <summary>Told what happens, from any thread.</summary>
public interface IWatchObserver
{
    void Happened(WatchEvent watchEvent);

    /// <summary>Called when something changed, at most every second.</summary>
    void Report(WatchStatus status);
}

/// <summary>What a watch did until it ended.</summary>
public sealed record WatchReport(int Registered, int Closed, int Forgotten, IReadOnlyList<FileFailure> Failures, WatchStatus Status, TimeSpan Elapsed);
