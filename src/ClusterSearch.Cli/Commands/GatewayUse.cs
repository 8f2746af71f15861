namespace ClusterSearch.Cli.Commands;

/// <summary>What a command does where a gateway is named.</summary>
internal enum GatewayUse
{
    /// <summary>Works on the archive's own files: says so and ends.</summary>
    Refused,

    /// <summary>Asks it, and prints the same documents.</summary>
    Asked,

    /// <summary>Needs no archive: a gateway of the environment is nothing to it, one of the command line is a mistake.</summary>
    PassedOver,
}
