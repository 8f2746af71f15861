using System.Text.Json;

namespace ClusterSearch.Pulling.Checkpoints;

/// <summary>A checkpoint that the project names. What is not known for certain is null or left out, never guessed.</summary>
public sealed record Checkpoint
{
    /// <summary>What `pull` calls it: the folder it is installed as.</summary>
    public required string Name { get; init; }

    /// <summary>"owner/name" on the public hub and its mirrors.</summary>
    public required string Repository { get; init; }

    /// <summary>Commit of which <see cref="Files"/> speaks; null: the repository's main branch, with what the host states.</summary>
    public string? Revision { get; init; }

    public required string Family { get; init; }

    public required int Dimension { get; init; }

    /// <summary>Of the weights, as their authors state it.</summary>
    public required string Licence { get; init; }

    /// <summary>What it is good for, in a line.</summary>
    public required string Note { get; init; }

    /// <summary>Files whose size or SHA-256 is known at <see cref="Revision"/>.</summary>
    public IReadOnlyList<CheckpointFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>Where the facts were looked up.</summary>
    public IReadOnlyList<string> Sources { get; init => field = value ?? []; } = [];
}

/// <param name="Bytes">Null where unknown.</param>
/// <param name="Sha256">Lower-case hexadecimal; null where unknown.</param>
public sealed record CheckpointFile(string Path, long? Bytes, string? Sha256);

/// <summary>The pinned list, which ships with the program.</summary>
public static class CheckpointList
{
    public static IReadOnlyList<Checkpoint> All { get; } = Read();

    /// <summary>By name or repository; null for one that is not pinned.</summary>
    public static Checkpoint? Find(string nameOrRepository) => All.FirstOrDefault(checkpoint =>
        string.Equals(checkpoint.Name, nameOrRepository, StringComparison.OrdinalIgnoreCase)
        || string.Equals(checkpoint.Repository, nameOrRepository, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<Checkpoint> Read()
    {
        using var stream = typeof(CheckpointList).Assembly.GetManifestResourceStream("checkpoints.json")!;
        return JsonSerializer.Deserialize(stream, PullingJson.Default.IReadOnlyListCheckpoint)!;
    }
}
