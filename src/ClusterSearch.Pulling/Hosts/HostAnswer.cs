namespace ClusterSearch.Pulling.Hosts;

/// <summary>An answer at the end of its redirects, and what the model's own host said on the way.</summary>
internal sealed class HostAnswer : IDisposable
{
    private const int Sha256Digits = 64;

    public HttpResponseMessage Final { get; set; } = null!;

    /// <summary>Commit that the revision stands for.</summary>
    public string? Commit { get; private set; }

    public long? LinkedSize { get; private set; }

    /// <summary>Large files are kept by their SHA-256, which the host gives as their entity tag.</summary>
    public string? LinkedSha256 { get; private set; }

    public void Read(HttpResponseMessage response)
    {
        if (Header(response, "X-Repo-Commit") is { } commit && HostListing.IsCommit(commit)) Commit ??= commit;
        if (Header(response, "X-Linked-Size") is { } size && long.TryParse(size, System.Globalization.CultureInfo.InvariantCulture, out var bytes) && bytes >= 0) LinkedSize ??= bytes;
        if (Header(response, "X-Linked-ETag")?.Replace("W/", "", StringComparison.Ordinal).Trim('"') is { Length: Sha256Digits } tag && tag.All(char.IsAsciiHexDigit))
            LinkedSha256 ??= tag.ToLowerInvariant();
    }

    public void Dispose() => Final?.Dispose();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
