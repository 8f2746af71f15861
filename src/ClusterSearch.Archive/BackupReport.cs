namespace ClusterSearch.Archive;

/// <summary>Where to back an archive up to.</summary>
/// <param name="Directory">Absolute: empty or not there yet, or an earlier backup, which becomes this one.</param>
public sealed record BackupRequest(string Directory)
{
    /// <summary>Copy vector files even where the file system could share them between archive and backup.</summary>
    public bool Copy { get; init; }
}

/// <param name="Files">Vector files that count.</param>
/// <param name="Bytes">Of all of them.</param>
/// <param name="BytesCopied">What was written; the rest is shared or was there.</param>
public sealed record BackupReport(string Directory, int Videos, int Files, long Bytes, long BytesCopied, DateTimeOffset MadeAt, TimeSpan Elapsed);
