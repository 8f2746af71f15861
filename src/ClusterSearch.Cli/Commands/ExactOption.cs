namespace ClusterSearch.Cli.Commands;

/// <summary>A search that misses nothing, as it is asked for on the command line.</summary>
internal static class ExactOption
{
    public const string Name = "--exact";

    public const string Description = "Miss nothing, however long it takes. Default: large archives are searched by an index that may miss one in a hundred.";
}
