using System.Diagnostics.CodeAnalysis;
using ClusterSearch.Core;

namespace ClusterSearch.Milvus;

/// <summary>Where a Milvus server is and how it is entered. Written as milvus:http://HOST:PORT/DATABASE, https for TLS.</summary>
public sealed record MilvusAddress
{
    private const string Scheme = "milvus:";
    private const int DefaultPort = 19530;

    /// <summary>Scheme, host and port.</summary>
    public required Uri Server { get; init; }

    /// <summary>Empty: the server's default one.</summary>
    public string Database { get; init; } = "";

    /// <summary>"user:password" or an API key; null where the server asks for none.</summary>
    public string? Token { get; init; }

    /// <summary>A PEM file with the certificate of the authority that signed the server's; null: those that the system trusts.</summary>
    public string? AuthorityFile { get; init; }

    public static bool IsOne(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <param name="text">milvus:http://host:19530, milvus:https://user:password@host/database; what follows a question mark is not looked at.</param>
    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static MilvusAddress Parse(string text) => TryParse(text, out var address) ? address
        : throw new ClusterSearchException(ErrorCodes.RequestInvalid,
            "expected Milvus's address as milvus:http://host:19530, or https for TLS, with /database behind it if it is not the default one");

    /// <summary>Without a password or key: may be shown and kept.</summary>
    public override string ToString() => $"{Scheme}{Server.GetLeftPart(UriPartial.Authority)}{(Database.Length > 0 ? "/" + Database : "")}";

    private static bool TryParse(string text, [NotNullWhen(true)] out MilvusAddress? address)
    {
        address = null;
        var plain = (IsOne(text) ? text[Scheme.Length..] : text).Split('?')[0];
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)) return false;
        var database = uri.AbsolutePath.Trim('/');
        if (uri.Fragment.Length > 0 || !database.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return false;
        address = new MilvusAddress
        {
            // No Milvus listens on the ports of the web unless it is said.
            Server = new UriBuilder(uri.Scheme, uri.Host, uri.IsDefaultPort && !plain.Contains($":{uri.Port}", StringComparison.Ordinal) ? DefaultPort : uri.Port).Uri,
            Database = database,
            Token = uri.UserInfo.Length > 0 ? Uri.UnescapeDataString(uri.UserInfo) : null,
        };
        return true;
    }
}
