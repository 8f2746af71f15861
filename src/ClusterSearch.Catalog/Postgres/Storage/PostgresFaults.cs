using System.Net.Sockets;
using ClusterSearch.Core;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>PostgreSQL's conditions as the archive's faults: one line each, with what to do, never with a password.</summary>
internal static class PostgresFaults
{
    /// <summary>idle_in_transaction_session_timeout.</summary>
    private const string IdleTransactionEnded = "25P03";

    /// <summary>Rolled back for certain, and likely to succeed at once when said again: another transaction came between.</summary>
    public static bool IsCollision(Exception fault) => fault is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
    };

    /// <summary>The connection is gone or was not had; what was asked for may have happened all the same.</summary>
    public static bool IsConnectionLost(Exception fault) => fault switch
    {
        PostgresException server => server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or IdleTransactionEnded || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException => true,
        _ => fault is SocketException or IOException,
    };

    /// <returns>Null for what is no fault of the database.</returns>
    public static ClusterSearchException? Translate(Exception fault, ServerAddress address) => fault switch
    {
        ClusterSearchException known => known,
        PostgresException server => Translate(server, address),
        NpgsqlException { InnerException: TimeoutException } when fault.Message.Contains("pool", StringComparison.OrdinalIgnoreCase) => Transient(ErrorCodes.ArchiveBusy,
            $"all {address.Connection.MaxPoolSize} connections of this process to the catalogue are in use: {address}; try again, or allow more", fault),
        NpgsqlException or SocketException or IOException or TimeoutException => Unreachable(address, Reason(fault), fault),
        _ => null,
    };

    public static ClusterSearchException Unreachable(ServerAddress address, string reason, Exception? fault) => Transient(ErrorCodes.ArchiveUnreachable,
        $"the catalogue's PostgreSQL server cannot be reached: {address} ({reason}); it is asked again, check that it runs and that its address is right", fault);

    private static ClusterSearchException Translate(PostgresException fault, ServerAddress address) => fault.SqlState switch
    {
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or IdleTransactionEnded =>
            Unreachable(address, fault.MessageText, fault),
        PostgresErrorCodes.ReadOnlySqlTransaction => Unreachable(address, "it is a standby that only reads", fault),
        var state when state.StartsWith("08", StringComparison.Ordinal) => Unreachable(address, fault.MessageText, fault),
        PostgresErrorCodes.TooManyConnections => Transient(ErrorCodes.ArchiveBusy,
            $"the PostgreSQL server has no connection left for the catalogue: {address}; it is asked again, raise its max_connections or use fewer connections a process", fault),
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.OutOfMemory
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => Transient(ErrorCodes.ArchiveBusy,
            $"the catalogue is busy: {address} ({fault.MessageText}); try again", fault),
        PostgresErrorCodes.DiskFull => new ClusterSearchException(ErrorCodes.ArchiveDiskFull,
            $"no space is left for the catalogue on its PostgreSQL server: {address}; free some and run again, what was finished is kept", fault),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new ClusterSearchException(ErrorCodes.ArchiveAccess,
            $"the PostgreSQL server refuses this user: {address} ({fault.MessageText}); give the right user and password (PGPASSWORD or a password file keep it out of the command line)", fault),
        PostgresErrorCodes.InvalidCatalogName => new ClusterSearchException(ErrorCodes.ArchiveNotFound,
            $"the PostgreSQL server has no such database: {address}; make it with createdb, or name another", fault),
        PostgresErrorCodes.InsufficientPrivilege => new ClusterSearchException(ErrorCodes.ArchiveAccess,
            $"this user lacks a right that the catalogue needs: {address} ({fault.MessageText}); let the user own the schema, or grant CREATE on the database", fault),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
            $"the catalogue is damaged: {address} ({fault.MessageText}); restore it from a backup", fault),
        _ => new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue refused a statement: {address} ({fault.MessageText}, {fault.SqlState})", fault),
    };

    private static ClusterSearchException Transient(string code, string message, Exception? fault) => new(code, message.ReplaceLineEndings(" "), fault) { IsTransient = true };

    private static string Reason(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault.Message.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
