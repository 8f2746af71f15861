using System.CommandLine;
using System.Net;
using System.Text.RegularExpressions;
using ClusterSearch.Hosting;
using ClusterSearch.Hosting.Parsing;

namespace ClusterSearch.Silo.Clustering;

/// <summary>How a process becomes a member of a cluster.</summary>
/// <param name="command">To which the options are added.</param>
internal sealed partial class MembershipOptions(Command command)
{
    private readonly Option<string?> _clustering = command.AddValue("--clustering", "postgres|localhost", "How members find each other: in the catalogue's database, or, on one machine alone, by the port of the first silo. Default: postgres.");
    private readonly Option<string?> _clusterId = command.AddValue("--cluster-id", "ID", "Members of one cluster have one id. Default: $CLUSTERSEARCH_CLUSTER_ID, else clustersearch.");
    private readonly Option<string?> _address = command.AddValue("--address", "IP", "Silo: where others reach it; anything but loopback needs --tls-certificate. Default: $CLUSTERSEARCH_ADDRESS, else 127.0.0.1.");
    private readonly Option<string?> _siloPort = command.AddValue("--silo-port", "PORT", "Silo: for other silos. Default: 11111.");
    private readonly Option<string?> _gatewayPort = command.AddValue("--gateway-port", "PORT", "Silo: for gateways. With localhost, gateways say here where a silo listens. Default: 30000.");
    private readonly Option<string?> _primaryPort = command.AddValue("--primary-port", "PORT", "With localhost: silo port of the first silo. Default: 11111.");
    private readonly Option<string?> _certificate = command.AddValue("--tls-certificate", "FILE", "This member's certificate with those above it, PEM. Default: $CLUSTERSEARCH_TLS_CERTIFICATE.");
    private readonly Option<string?> _key = command.AddValue("--tls-key", "FILE", "Its private key, PEM. Default: $CLUSTERSEARCH_TLS_KEY.");
    private readonly Option<string?> _authority = command.AddValue("--tls-authority", "FILE", "The authority that signed every member's certificate, PEM; nobody else is spoken to. Default: $CLUSTERSEARCH_TLS_AUTHORITY.");

    /// <exception cref="UsageException">A value is none, or a port would stand open to other machines without TLS.</exception>
    public Membership Read(ParseResult parse, Settings settings, string workingDirectory)
    {
        var clustering = parse.GetValue(_clustering) ?? "postgres";
        if (clustering is not ("postgres" or "localhost")) throw new UsageException($"{_clustering.Name}: expected postgres or localhost, found '{clustering}'");
        var id = parse.GetValue(_clusterId) ?? settings.Find("clusterId")?.Value ?? "clustersearch";
        if (!Identifier().IsMatch(id)) throw new UsageException($"{_clusterId.Name}: expected up to 64 letters, digits, - and _, found '{id}'");
        var text = parse.GetValue(_address) ?? settings.Find("address")?.Value ?? "127.0.0.1";
        if (!IPAddress.TryParse(text, out var address)) throw new UsageException($"{_address.Name}: expected an IP address, found '{text}'");
        var tls = MemberCertificate.Read(
            Path(parse, settings, _certificate, "tlsCertificate", workingDirectory), Path(parse, settings, _key, "tlsKey", workingDirectory),
            Path(parse, settings, _authority, "tlsAuthority", workingDirectory));
        if (!IPAddress.IsLoopback(address) && tls is null)
            throw new UsageException(
                $"{_address.Name}: {address} can be reached from other machines, and whoever reaches a silo's ports commands it; give --tls-certificate, --tls-key and --tls-authority, or stay with 127.0.0.1");
        if (clustering == "localhost" && !IPAddress.IsLoopback(address))
            throw new UsageException($"{_clustering.Name}: localhost is for one machine alone, found the address {address}; use postgres");
        return new Membership
        {
            IsLocalhost = clustering == "localhost",
            ClusterId = id,
            Address = address,
            SiloPort = Port(parse, _siloPort, 11111),
            GatewayPort = Port(parse, _gatewayPort, 30000),
            PrimaryPort = Port(parse, _primaryPort, 11111),
            Certificate = tls,
        };
    }

    private static int Port(ParseResult parse, Option<string?> option, int otherwise) =>
        parse.GetValue(option) is { } text ? Choice.Number(text, option.Name, 1, 65535) : otherwise;

    private static string? Path(ParseResult parse, Settings settings, Option<string?> option, string name, string workingDirectory) =>
        (parse.GetValue(option) ?? settings.Find(name)?.Value) is { } path ? System.IO.Path.GetFullPath(path, workingDirectory) : null;

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}

/// <summary>Where a member stands in its cluster.</summary>
internal sealed record Membership
{
    /// <summary>On one machine alone, without a database.</summary>
    public required bool IsLocalhost { get; init; }

    public required string ClusterId { get; init; }

    public required IPAddress Address { get; init; }

    public required int SiloPort { get; init; }

    public required int GatewayPort { get; init; }

    public required int PrimaryPort { get; init; }

    /// <summary>Null: members speak in the clear, on loopback.</summary>
    public required MemberCertificate? Certificate { get; init; }
}
