using ClusterSearch.Core;

namespace ClusterSearch.Remote;

/// <summary>Where a gateway is, and what opens it.</summary>
/// <param name="Gateway">Scheme, host and port; the API's path is added.</param>
/// <param name="Key">Null for a gateway without keys.</param>
public sealed record RemoteAddress(Uri Gateway, string? Key)
{
    /// <summary>Reads "http://archive:8420" or "https://search.example".</summary>
    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static RemoteAddress Parse(string url, string? key)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"--gateway: expected an address such as http://127.0.0.1:8420, found '{url}'");
        // A key is one word; anything else would be told apart only by the header that it breaks.
        if (key is not null && (key.Length == 0 || key.Any(c => c is <= ' ' or > '~')))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, "--key: expected a key as `clustersearch keys add` shows it");
        return new RemoteAddress(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), key);
    }
}
