using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive;

/// <summary>
/// Says early what the ledger says anyway, so that nobody waits for its next look. Any hint may be lost or repeated; nothing may
/// depend on one.
/// </summary>
public interface IWorkHints
{
    /// <summary>A video has chunks to do. Returns at once and never throws.</summary>
    void Planned(VideoId video);
}
