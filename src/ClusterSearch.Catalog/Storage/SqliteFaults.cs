using ClusterSearch.Core;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClusterSearch.Catalog.Storage;

/// <summary>SQLite's result codes as the archive's faults: one line each, with what to do.</summary>
internal static class SqliteFaults
{
    /// <summary>The shared-memory file beside the database could not grow: SQLite says "I/O error" for a full disk there.</summary>
    private const int SharedMemoryCannotGrow = raw.SQLITE_IOERR | (19 << 8);

    public static ClusterSearchException Translate(SqliteException fault, string databasePath) =>
        Translate(fault.SqliteErrorCode, fault.SqliteExtendedErrorCode, fault.Message, databasePath, fault);

    public static ClusterSearchException Translate(int code, int extendedCode, string text, string databasePath, Exception? cause = null) => code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Busy(databasePath, cause),
        raw.SQLITE_FULL => DiskFull(databasePath, cause),
        raw.SQLITE_IOERR when extendedCode == SharedMemoryCannotGrow => DiskFull(databasePath, cause),
        raw.SQLITE_NOTADB => new(ErrorCodes.ArchiveCorrupt,
            $"expected a catalogue, found a file that is no SQLite database: {databasePath}; restore it from a backup or name another archive", cause),
        raw.SQLITE_CORRUPT => new(ErrorCodes.ArchiveCorrupt,
            $"the catalogue is damaged: {databasePath} ({text}); restore it from a backup, or ingest the footage into a new archive", cause),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => new(ErrorCodes.ArchiveFileSystem,
            $"the catalogue cannot be opened for writing: {databasePath}; its directory must exist and be writable for this user", cause),
        raw.SQLITE_IOERR or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS => new(ErrorCodes.ArchiveFileSystem,
            $"reading or writing the catalogue failed: {databasePath} ({text}, {extendedCode}); check the disk and that the archive lies on a local file system", cause),
        _ => new(ErrorCodes.ArchiveCorrupt, $"the catalogue refused a statement: {databasePath} ({text}, {extendedCode})", cause),
    };

    public static ClusterSearchException Busy(string databasePath, Exception? cause = null) => new(ErrorCodes.ArchiveBusy,
        $"the catalogue is locked by another process: {databasePath}; try again, or end the process that holds it", cause) { IsTransient = true };

    private static ClusterSearchException DiskFull(string databasePath, Exception? cause) => new(ErrorCodes.ArchiveDiskFull,
        $"no space is left for the catalogue: {databasePath}; free some and run again, what was finished is kept", cause);
}
