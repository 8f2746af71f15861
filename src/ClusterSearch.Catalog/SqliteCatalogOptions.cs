namespace ClusterSearch.Catalog;

/// <summary>How a <see cref="SqliteCatalog"/> is opened.</summary>
public sealed record SqliteCatalogOptions
{
    public static readonly TimeSpan MaximumBusyTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Make the database (and its directory) when it is not there; otherwise that is archive.not_found.</summary>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>How long a call waits for another process to let the write lock go before archive.busy. From 0 to 10 minutes.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For tests: added to the database's clock wherever a lease deadline is computed or compared. Null adds nothing.</summary>
    public Func<TimeSpan>? ClockOffset { get; init; }

    internal void Validate()
    {
        if (BusyTimeout < TimeSpan.Zero || BusyTimeout > MaximumBusyTimeout)
            throw new ArgumentOutOfRangeException(nameof(BusyTimeout), $"the busy timeout lies between 0 and {MaximumBusyTimeout}, found {BusyTimeout}");
    }
}
