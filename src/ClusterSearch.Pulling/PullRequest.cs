using ClusterSearch.Pulling.Files;

namespace ClusterSearch.Pulling;

/// <summary>Which model is wanted, and where.</summary>
public sealed record PullRequest
{
    /// <summary>A pinned name, "owner/name", or the address of a repository's page.</summary>
    public required string Model { get; init; }

    /// <summary>Folder that the model's own folder is made in.</summary>
    public required string Into { get; init; }

    /// <summary>Branch, tag or commit; null: the pinned one, else main.</summary>
    public string? Revision { get; init; }

    /// <summary>Null: fp32, or the first there is.</summary>
    public string? Precision { get; init; }

    /// <summary>Null: the address's, else <see cref="PullSettings.DefaultHost"/>.</summary>
    public string? Host { get; init; }
}

/// <summary>How hosts are spoken to.</summary>
public sealed record PullSettings
{
    /// <summary>An http or https address.</summary>
    public string DefaultHost { get; init; } = Hosts.ModelSource.PublicHub;

    /// <summary>Sent to the model's own host alone; null for public models.</summary>
    public string? Token { get; init; }

    /// <summary>Attempts at a request, or at going on with a file, before it is given up.</summary>
    public int MaximumAttempts { get; init; } = 6;

    /// <summary>Pause after the first failed attempt; each further one doubles it.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Silence that counts as a lost connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Names everything but the token.</summary>
    public override string ToString() => $"{DefaultHost}, {(Token is null ? "no token" : "a token")}";
}

/// <param name="File">The one being fetched.</param>
/// <param name="BytesDone">Of all files, those that were there before included.</param>
/// <param name="BytesTotal">Of all files whose size is known.</param>
/// <param name="BytesPerSecond">Over this pull.</param>
public sealed record PullProgress(string File, long BytesDone, long BytesTotal, double BytesPerSecond);

/// <param name="Name">The folder's name.</param>
/// <param name="WasThere">Nothing was fetched: the model was installed before.</param>
public sealed record PullResult(string Name, string Directory, InstalledModel Model, bool WasThere);
