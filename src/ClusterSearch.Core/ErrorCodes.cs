namespace ClusterSearch.Core;

/// <summary>Stable codes of <see cref="ClusterSearchException"/>. Programs match on them; they never change meaning.</summary>
public static class ErrorCodes
{
    // Footage: what is wrong with one file.
    public const string FootageNotFound = "footage.not_found";
    public const string FootageUnreadable = "footage.unreadable";
    public const string FootageEmpty = "footage.empty";
    public const string FootageNotVideo = "footage.not_a_video";
    public const string FootageNoVideoStream = "footage.no_video_stream";
    public const string FootageDamaged = "footage.damaged";
    public const string FootageDecode = "footage.decode_failed";
    public const string FootageLimit = "footage.limit_exceeded";
    public const string FootageChanged = "footage.changed";

    /// <summary>ffmpeg was ended by a signal: by its own crash, or by the system for want of memory. May go well the next time.</summary>
    public const string FootageDecoderCrashed = "footage.decoder_crashed";

    /// <summary>The directory below which the footage lies is not there on this host (a disk or share that is not mounted): no fault of the footage.</summary>
    public const string FootageAway = "footage.away";

    // Models.
    public const string ModelNotFound = "model.not_found";
    public const string ModelIncomplete = "model.incomplete";
    public const string ModelUnsupported = "model.unsupported";
    public const string ModelBroken = "model.broken";
    public const string ModelCanary = "model.canary_failed";
    public const string ModelProvider = "model.provider_missing";
    public const string ModelDownload = "model.download_failed";
    public const string ModelChecksum = "model.checksum";
    public const string ModelBusy = "model.busy";
    public const string ModelDiskFull = "model.disk_full";

    // The archive directory, its catalogue and its index.
    public const string ArchiveNotFound = "archive.not_found";
    public const string ArchiveVersion = "archive.version";
    public const string ArchiveBusy = "archive.busy";
    public const string ArchiveFileSystem = "archive.file_system";
    public const string ArchiveDiskFull = "archive.disk_full";
    public const string ArchiveCorrupt = "archive.corrupt";
    /// <summary>The database's server does not answer, or ended the connection.</summary>
    public const string ArchiveUnreachable = "archive.unreachable";

    /// <summary>The database is there, and this user may not do there what the program needs.</summary>
    public const string ArchiveAccess = "archive.access_denied";
    /// <summary>A catalogue and an archive directory that do not belong together.</summary>
    public const string ArchiveMismatch = "archive.mismatch";
    public const string ArchiveEncoding = "archive.encoding";

    /// <summary>A server that the archive uses refused a request for a reason that only its own words tell.</summary>
    public const string ArchiveRefused = "archive.refused";

    // Requests.
    public const string RequestInvalid = "request.invalid";
    public const string VideoNotFound = "video.not_found";
    public const string VideoAmbiguous = "video.ambiguous";

    // Workers.
    public const string WorkerLost = "worker.lost";
    public const string WorkerCrashed = "worker.crashed";

    // The cluster.
    /// <summary>A silo, or the whole cluster, does not answer.</summary>
    public const string ClusterUnreachable = "cluster.unreachable";

    // The machine.
    public const string EnvironmentMissing = "environment.missing";

    /// <summary>Its load is above what the operator allows.</summary>
    public const string EnvironmentBusy = "environment.busy";
}
