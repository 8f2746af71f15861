using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli;

/// <summary>Everything that a command takes from outside: a test puts its own in place.</summary>
internal sealed class Surroundings
{
    public required IArchiveOpener Archives { get; init; }

    public required Terminal Terminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required string WorkingDirectory { get; init; }

    public required ModelDirectories Models { get; init; }

    /// <summary>Where dates without a zone are meant.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
