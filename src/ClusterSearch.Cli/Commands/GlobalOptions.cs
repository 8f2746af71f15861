using System.CommandLine;

namespace ClusterSearch.Cli.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public const string DefaultArchive = "archive";

    public static Option<string?> Archive { get; } = new("--archive")
    {
        Description = "Directory of the archive. Default: $CLUSTERSEARCH_ARCHIVE, else ./archive.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<string?> Catalog { get; } = new("--catalog")
    {
        Description = "Catalogue in PostgreSQL, which several processes can share: \"Host=…;Database=…\" or postgres://user@host/database. Default: $CLUSTERSEARCH_CATALOG, else what archive.json in the archive says, else SQLite in the archive.",
        HelpName = "WHERE",
        Recursive = true,
    };

    public static Option<string?> Vectors { get; } = new("--vectors")
    {
        Description = "Where the vectors are: milvus:http://host:19530, or embedded for the index in the archive. An archive keeps what it was begun with; `reindex` moves it. Default: $CLUSTERSEARCH_VECTORS, else what archive.json in the archive says, else embedded.",
        HelpName = "WHERE",
        Recursive = true,
    };

    public static Option<string?> Gateway { get; } = new("--gateway")
    {
        Description = "Ask a running `clustersearch serve` instead of opening an archive, such as http://archive:8420. Default: $CLUSTERSEARCH_GATEWAY, else the archive on this machine.",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string?> Key { get; } = new("--key")
    {
        Description = "Key that opens the gateway; $CLUSTERSEARCH_KEY keeps it out of the list of processes.",
        HelpName = "K",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Write one JSON document to standard output; everything else goes to standard error.",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };
}
