using ClusterSearch.Core;

namespace ClusterSearch.Archive.Working;

/// <summary>Faults of a worker that waiting helps against. A full or failing disk may be mended; what the ledger refuses stays refused.</summary>
internal static class PassingFaults
{
    public static bool Include(ClusterSearchException fault) =>
        fault.IsTransient || fault.Code is ErrorCodes.ArchiveDiskFull or ErrorCodes.ArchiveFileSystem || fault.Code.StartsWith("model.", StringComparison.Ordinal);
}
