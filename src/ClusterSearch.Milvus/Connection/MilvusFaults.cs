using ClusterSearch.Core;
using ClusterSearch.Milvus.Protocol;
using Grpc.Core;
using StatusCode = Grpc.Core.StatusCode;

namespace ClusterSearch.Milvus.Connection;

/// <summary>What Milvus and gRPC say, as the errors of the port. Which codes exist: Milvus's pkg/util/merr; which of them a 2.3.5 server sends was tried.</summary>
internal static class MilvusFaults
{
    public const int NotReady = 1;
    public const int RateLimit = 8;
    public const int Quota = 9;
    public const int CollectionMissing = 100;
    public const int NotLoaded = 101;
    public const int NotFullyLoaded = 103;
    public const int AliasMissing = 1600;
    public const int AliasTaken = 1602;
    private const int DatabaseMissing = 800;
    private const int FirstAccess = 1400;
    private const int LastAccess = 1499;

    /// <summary>The first code of releases before 2.3, which 2.3 sends beside the new one.</summary>
    private const int OldRateLimit = 49;
    private const int OldCollectionMissing = 4;

    /// <returns>0 for a success.</returns>
    public static int CodeOf(Protocol.Status? status)
    {
        if (status is null || (status.Code == 0 && status.ErrorCode == 0)) return 0;
        if (status.ErrorCode == OldRateLimit) return RateLimit;
        // 2.3 says it in words where it has no number of its own for it.
        if (status.Reason.Contains("collection not loaded", StringComparison.Ordinal)) return NotLoaded;
        if (status.ErrorCode == OldCollectionMissing) return CollectionMissing;
        return status.Code != 0 ? status.Code : -status.ErrorCode;
    }

    /// <summary>Whether the server took nothing in and may do so later. What ran into its deadline is not: a slow server is not helped by more work.</summary>
    public static bool IsRetriable(int code) => code is NotReady or RateLimit or NotLoaded or NotFullyLoaded;

    /// <summary>Nobody answers: the server is gone or not there yet. All calls of this room may be said twice.</summary>
    public static bool IsRetriable(RpcException fault) => StatusOf(fault) == StatusCode.Unavailable;

    /// <param name="address">Of the server.</param>
    /// <param name="what">The call, such as "search of COLLECTION".</param>
    /// <param name="code">Not 0.</param>
    /// <param name="status">As the server sent it.</param>
    public static ClusterSearchException Of(MilvusAddress address, string what, int code, Protocol.Status status)
    {
        var said = $"{what}: Milvus at {address} says {OneLine(status.Reason)} (code {code})";
        return code switch
        {
            RateLimit => new ClusterSearchException(ErrorCodes.ArchiveBusy, $"{said}; it was asked again until the time for that was over: raise its rate limits, or write more slowly") { IsTransient = true },
            Quota => new ClusterSearchException(ErrorCodes.ArchiveDiskFull, $"{said}; free space or memory there, or raise its quota"),
            NotReady or NotLoaded or NotFullyLoaded => new ClusterSearchException(ErrorCodes.ArchiveUnreachable, $"{said}; it is starting or loading: try again in a minute") { IsTransient = true },
            CollectionMissing => new CollectionMissingException($"{said}; somebody dropped it: run `clustersearch reindex`"),
            DatabaseMissing => new ClusterSearchException(ErrorCodes.ArchiveNotFound, $"{said}; make the database there, or name another in the address"),
            >= FirstAccess and <= LastAccess => new ClusterSearchException(ErrorCodes.ArchiveAccess, $"{said}; give a user and password, or a key, that may use these collections"),
            _ when IsLate(status.Reason) => new ClusterSearchException(ErrorCodes.ArchiveUnreachable, $"{said}: it did not answer in time; see what keeps it busy") { IsTransient = true },
            _ => new ClusterSearchException(ErrorCodes.ArchiveRefused, said),
        };
    }

    /// <summary>A call that ran into its deadline inside of the server, which says so in words of Go's before this side notices.</summary>
    private static bool IsLate(string reason) =>
        reason.Contains("context deadline exceeded", StringComparison.OrdinalIgnoreCase) || reason.Contains("context done", StringComparison.OrdinalIgnoreCase);

    public static ClusterSearchException Of(MilvusAddress address, string what, RpcException fault)
    {
        var said = OneLine(fault.Status.Detail);
        return StatusOf(fault) switch
        {
            StatusCode.Unavailable => new(ErrorCodes.ArchiveUnreachable, $"{what}: no Milvus answers at {address} ({said}); start it, or name another address", fault) { IsTransient = true },
            StatusCode.DeadlineExceeded => new(ErrorCodes.ArchiveUnreachable, $"{what}: Milvus at {address} did not answer in time; see what keeps it busy", fault) { IsTransient = true },
            StatusCode.Unauthenticated => new(ErrorCodes.ArchiveAccess, $"{what}: Milvus at {address} wants a user and a password ({said}); put them into the address or into CLUSTERSEARCH_MILVUS_TOKEN as user:password", fault),
            StatusCode.PermissionDenied => new(ErrorCodes.ArchiveAccess, $"{what}: this user may not do that on Milvus at {address} ({said}); grant it there", fault),
            StatusCode.Unimplemented => new(ErrorCodes.ArchiveVersion, $"{what}: what answers at {address} is no Milvus of 2.3 or later ({said})", fault),
            StatusCode.ResourceExhausted => new(ErrorCodes.ArchiveRefused, $"{what}: a message was larger than Milvus at {address} takes ({said}); lower the batch size", fault),
            _ => new(ErrorCodes.ArchiveRefused, $"{what}: Milvus at {address} failed with {fault.StatusCode} ({said})", fault),
        };
    }

    /// <summary>A connection that broke is told as an internal error where it broke under a call: pings without an answer, a reset.</summary>
    private static StatusCode StatusOf(RpcException fault) =>
        fault.StatusCode == StatusCode.Internal && fault.Status.DebugException is HttpRequestException or IOException ? StatusCode.Unavailable : fault.StatusCode;

    private static string OneLine(string text)
    {
        const int longest = 300;
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= longest ? line : line[..longest] + "…";
    }
}

/// <summary>A collection that a manifest names is not there.</summary>
internal sealed class CollectionMissingException(string message) : ClusterSearchException(ErrorCodes.ArchiveCorrupt, message);
