using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Catalog;

/// <summary>A named directory; each host may map the name to a directory of its own.</summary>
public sealed record RootRecord(string Name, string Directory);

/// <summary>Where a file lies: a root's name and a path below it, with forward slashes.</summary>
public readonly record struct Place(string Root, string RelativePath)
{
    public override string ToString() => $"{Root}:{RelativePath}";
}

/// <summary>A file and what it holds.</summary>
/// <param name="FileBytes">Size when it was last read.</param>
/// <param name="ModifiedAtUnixNanoseconds">Modification time when it was last read.</param>
public sealed record PlaceRecord(Place Place, VideoId Video, long FileBytes, long ModifiedAtUnixNanoseconds);

public sealed record VideoRecord
{
    public required VideoId Id { get; init; }

    public required VideoFacts Facts { get; init; }

    public required VideoAttributes Attributes { get; init; }

    /// <summary>What the decoder complained about, in one line; null when it did not.</summary>
    public string? Warning { get; init; }

    /// <summary>A recording that is still being written: its id is provisional until <see cref="IVideoRegister.RenameVideoAsync"/>. Replaced by each put.</summary>
    public bool IsGrowing { get; init; }

    /// <summary>Filled when read, ordered; ignored when put.</summary>
    public IReadOnlyList<Place> Places { get; init; } = [];
}

/// <param name="Code">Of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">One line for a person.</param>
public sealed record Failure(string Code, string Message);

/// <param name="Video">Null when the file could not even be identified.</param>
public sealed record FailureRecord(Place Place, VideoId? Video, Failure Failure);
