namespace ClusterSearch.Catalog;

/// <summary>How a <see cref="PostgresCatalog"/> is opened.</summary>
public sealed record PostgresCatalogOptions
{
    public const string DefaultSchema = "clustersearch";

    public static readonly TimeSpan MaximumTimeout = TimeSpan.FromHours(1);

    /// <summary>Make the schema and its tables when they are not there; otherwise that is archive.not_found. The database itself must exist.</summary>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>Holds the archive's tables: several archives share a database under different schemas. A "Schema" in the connection string goes before.</summary>
    public string Schema { get; init; } = DefaultSchema;

    /// <summary>
    /// The archive directory that the catalogue belongs to. Its file archive.id must name the same archive as the database, so
    /// that two directories never share one catalogue; both are written when the archive is made. Null: not checked.
    /// </summary>
    public string? ArchiveDirectory { get; init; }

    /// <summary>Connections kept at most by this process. From 1 to 1000. A "Maximum Pool Size" in the connection string goes before.</summary>
    public int MaximumConnections { get; init; } = 16;

    /// <summary>How long a connection may take to be made. From 1 second to 1 hour, in whole seconds; a "Timeout" in the connection string goes before.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long the server gives a statement up, migrations and changes of a whole archive excepted. From 1 second to 1 hour.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a statement waits for a row that another holds before archive.busy. From 1 millisecond to 1 hour.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Shown in the server's list of connections.</summary>
    public string ApplicationName { get; init; } = "clustersearch";

    /// <summary>For tests: added to the database's clock wherever a deadline is computed or compared. Null adds nothing.</summary>
    public Func<TimeSpan>? ClockOffset { get; init; }

    internal void Validate()
    {
        Require(nameof(MaximumConnections), MaximumConnections is >= 1 and <= 1000, "lies between 1 and 1000", MaximumConnections);
        Require(nameof(ConnectTimeout), ConnectTimeout >= TimeSpan.FromSeconds(1) && ConnectTimeout <= MaximumTimeout, "lies between 1 second and 1 hour", ConnectTimeout);
        Require(nameof(StatementTimeout), StatementTimeout >= TimeSpan.FromSeconds(1) && StatementTimeout <= MaximumTimeout, "lies between 1 second and 1 hour", StatementTimeout);
        Require(nameof(LockTimeout), LockTimeout >= TimeSpan.FromMilliseconds(1) && LockTimeout <= MaximumTimeout, "lies between 1 millisecond and 1 hour", LockTimeout);
    }

    private static void Require(string name, bool isRight, string expected, object found)
    {
        if (!isRight) throw new ArgumentOutOfRangeException(name, $"{name} {expected}, found {found}");
    }
}
