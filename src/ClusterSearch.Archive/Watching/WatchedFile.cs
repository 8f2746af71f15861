using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Watching;

/// <summary>settling -> queued -> done or failed; settling -> growing -> done. A file that changes settles anew.</summary>
internal enum WatchedState
{
    /// <summary>Being written, for all that is known.</summary>
    Settling,

    /// <summary>Whole; being registered.</summary>
    Queued,

    Done,

    /// <summary>Cannot be ingested as it is.</summary>
    Failed,

    /// <summary>Followed while it grows.</summary>
    Growing,
}

/// <summary>What a watch knows of one file. Touched by the watch's own loop only.</summary>
internal sealed class WatchedFile(string path, string root)
{
    public string Path { get; } = path;

    /// <summary>The watched directory that it lies below.</summary>
    public string Root { get; } = root;

    public WatchedState State { get; set; }

    public long Bytes { get; private set; } = -1;

    public long ModifiedAtUnixNanoseconds { get; private set; }

    /// <summary>Timestamps of the watch's clock.</summary>
    public long SeenAt { get; private set; }

    public long ChangedAt { get; private set; }

    /// <summary>When to look at it again.</summary>
    public long DueAt { get; set; }

    /// <summary>Whether it changed under our eyes since it began to settle.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Whether a process of this machine was seen to hold it open for writing.</summary>
    public bool IsWritten { get; set; }

    public int Attempts { get; set; }

    /// <summary>What was last said of it, so that it is said once.</summary>
    public string? Said { get; set; }

    /// <summary>Why it failed last; null when it did not.</summary>
    public FileFailure? Failure { get; set; }

    public long TriedToFollowAt { get; set; }

    /// <summary>An earlier watch followed it, and did not come to its end.</summary>
    public bool WasFollowed { get; set; }

    public GrowingRecording? Recording { get; set; }

    /// <summary>The scan that saw it last, and how many have not since.</summary>
    public int Scan { get; set; }

    public int MissedScans { get; set; }

    public DiscoveredFile Discovered => new(Path, Root);

    /// <summary>Takes down size and time.</summary>
    /// <returns>False when the file is gone.</returns>
    public bool Look(long now)
    {
        var file = new FileInfo(Path);
        if (!file.Exists) return false;
        var modifiedAt = FileRegistration.UnixNanoseconds(file.LastWriteTimeUtc);
        if (Bytes == file.Length && ModifiedAtUnixNanoseconds == modifiedAt) return true;
        if (Bytes < 0) SeenAt = now;
        else HasChanged = true;
        (Bytes, ModifiedAtUnixNanoseconds, ChangedAt) = (file.Length, modifiedAt, now);
        if (State is WatchedState.Done or WatchedState.Failed) Settle(now);
        return true;
    }

    /// <summary>Takes down a fault, and tells of it unless it was the last thing told.</summary>
    public void Say(ClusterSearchException fault, IWatchObserver observer)
    {
        Failure = new FileFailure(Path, fault.Code, fault.Message);
        if (Said == fault.Message) return;
        Said = fault.Message;
        observer.Happened(new WatchEvent(WatchEventKind.Failed, Path, fault.Message, fault.Code));
    }

    /// <summary>Begins anew.</summary>
    public void Settle(long now)
    {
        (State, SeenAt, ChangedAt, HasChanged, IsWritten, Attempts, Recording) = (WatchedState.Settling, now, now, false, false, 0, null);
        DueAt = now;
    }
}
