using ClusterSearch.Gateway.Security;

namespace ClusterSearch.Gateway;

/// <summary>How a gateway serves.</summary>
public sealed record GatewayOptions
{
    public const string DefaultAddress = "http://127.0.0.1:8420";

    /// <summary>Addresses to listen on, such as "http://127.0.0.1:8420".</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [DefaultAddress];

    /// <summary>Directories below which footage may be registered, by name; absolute.</summary>
    public IReadOnlyDictionary<string, string> Roots { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where uploaded footage is kept; null: uploads are refused.</summary>
    public string? UploadDirectory { get; init; }

    /// <summary>Keys that open the gateway; none: whoever reaches a loopback address may do everything.</summary>
    public ApiKeys Keys { get; init; } = ApiKeys.None;

    public string Version { get; init; } = "0";

    /// <summary>Directory whose size is shown as the index's.</summary>
    public string? IndexDirectory { get; init; }

    /// <summary>Measures what is only measured when asked for; called before /metrics answers.</summary>
    public Func<CancellationToken, Task>? Observe { get; init; }

    /// <summary>Bytes of a request body that is not an upload of footage.</summary>
    public long MaximumBodyBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of uploaded footage.</summary>
    public long MaximumUploadBytes { get; init; } = 64L << 30;

    /// <summary>Searches and pictures worked on at once; more wait, then are refused with 429.</summary>
    public int MaximumConcurrency { get; init; } = Math.Max(4, Environment.ProcessorCount * 4);

    /// <summary>Requests that may wait for their turn.</summary>
    public int MaximumWaiting { get; init; } = 256;

    /// <summary>Children such as clips and transcoded streams that run at once.</summary>
    public int MaximumTranscodings { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>After this a search is given up with 503.</summary>
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="Core.ClusterSearchException">request.invalid when an address other than loopback is to be opened without keys.</exception>
    public void Validate()
    {
        foreach (var address in Addresses)
        {
            if (!Uri.TryCreate(address.Replace("*", "any.invalid", StringComparison.Ordinal).Replace("+", "any.invalid", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme is not "http" || uri.AbsolutePath != "/")
                throw new Core.ClusterSearchException(Core.ErrorCodes.RequestInvalid,
                    $"--urls: expected addresses such as {DefaultAddress}, found '{address}'; TLS is the business of a proxy in front");
            if (!uri.IsLoopback && Keys.IsEmpty)
                throw new Core.ClusterSearchException(Core.ErrorCodes.RequestInvalid,
                    $"--urls: {address} can be reached from other machines, so keys are needed: make one with `clustersearch keys add NAME`, or stay with {DefaultAddress}");
        }
    }
}
