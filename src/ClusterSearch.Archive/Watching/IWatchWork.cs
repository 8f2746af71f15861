namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Who works on what a watch registers. A watch itself writes ledger rows only; the workers may be tasks of this process or
/// processes elsewhere.
/// </summary>
internal interface IWatchWork
{
    /// <summary>There may be something to claim or to aggregate.</summary>
    void Wake();

    /// <summary>Runs a change of the index while nothing is aggregated.</summary>
    Task ChangeIndexAsync(Func<Task> change, CancellationToken cancellation);

    /// <summary>Waits until nothing can be claimed and nothing is left to aggregate.</summary>
    Task WhenIdleAsync(CancellationToken cancellation);
}
