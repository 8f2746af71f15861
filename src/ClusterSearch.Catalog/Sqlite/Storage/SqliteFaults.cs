using ClusterSearch.Core;
using SQLitePCL;

namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>SQLite's result codes as the archive's faults: one line each, with what to do.</summary>
internal static class SqliteFaults
{
    /// <summary>The shared-memory file beside the database could not grow: SQLite says "I/O error" for a full disk there.</summary>
    private const int SharedMemoryCannotGrow = raw.SQLITE_IOERR | (19 << 8);

    /// <param name="code">Extended result code.</param>
    /// <param name="text">SQLite's message.</param>
    public static ClusterSearchException Translate(int code, string text, string databasePath) => (code & 0xff) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Busy(databasePath),
        raw.SQLITE_FULL => DiskFull(databasePath),
        raw.SQLITE_IOERR when code == SharedMemoryCannotGrow => DiskFull(databasePath),
        raw.SQLITE_NOTADB => new(ErrorCodes.ArchiveCorrupt,
            $"expected a catalogue, found a file that is no SQLite database: {databasePath}; restore it from a backup or name another archive"),
        raw.SQLITE_CORRUPT => new(ErrorCodes.ArchiveCorrupt,
            $"the catalogue is damaged: {databasePath} ({text}); restore it from a backup, or ingest the footage into a new archive"),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => new(ErrorCodes.ArchiveFileSystem,
            $"the catalogue cannot be opened for writing: {databasePath}; its directory must exist and be writable for this user"),
        raw.SQLITE_IOERR or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS => new(ErrorCodes.ArchiveFileSystem,
            $"reading or writing the catalogue failed: {databasePath} ({text}, {code}); check the disk and that the archive lies on a local file system"),
        _ => new(ErrorCodes.ArchiveCorrupt, $"the catalogue refused a statement: {databasePath} ({text}, {code})"),
    };

    public static ClusterSearchException Busy(string databasePath) => new(ErrorCodes.ArchiveBusy,
        $"the catalogue is locked by another process: {databasePath}; try again, or end the process that holds it")
    { IsTransient = true };

    private static ClusterSearchException DiskFull(string databasePath) => new(ErrorCodes.ArchiveDiskFull,
        $"no space is left for the catalogue: {databasePath}; free some and run again, what was finished is kept");
}
