using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Gateway;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Hosting;
using ClusterSearch.Hosting.Parsing;

namespace ClusterSearch.Silo.Serving;

/// <summary>What the gateway role serves and to whom; as `clustersearch serve` has it.</summary>
/// <param name="command">To which the options are added.</param>
internal sealed class GatewayRoleOptions(Command command)
{
    private readonly Option<string?> _urls = command.AddValue("--urls", "URL[;URL…]", $"Gateway: where to listen. Default: $CLUSTERSEARCH_URLS, else {GatewayOptions.DefaultAddress}.");
    private readonly Option<string?> _keys = command.AddValue("--keys", "FILE", "Gateway: the file of keys. Default: keys.json in the archive.");
    private readonly Option<string?> _uploads = command.AddValue("--uploads", "DIR|none", "Gateway: where uploaded footage is kept. Default: uploads in the archive.");
    private readonly Option<string?> _maximumUpload = command.AddValue("--max-upload", "SIZE", "Gateway: the largest file that may be uploaded, such as 2G. Default: 64G.");

    /// <param name="roots">Folders below which footage may be taken in.</param>
    public GatewayOptions Read(ParseResult parse, Settings settings, string archiveDirectory, IReadOnlyDictionary<string, string> roots, string workingDirectory)
    {
        foreach (var (_, root) in roots)
            if (!Directory.Exists(root)) throw new UsageException($"--root: there is no folder {root}");
        var uploads = parse.GetValue(_uploads) ?? Path.Combine(archiveDirectory, "uploads");
        var options = new GatewayOptions
        {
            Addresses = (parse.GetValue(_urls) ?? settings.Find("urls")?.Value)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? [GatewayOptions.DefaultAddress],
            Roots = roots,
            UploadDirectory = uploads == "none" ? null : Path.GetFullPath(uploads, workingDirectory),
            MaximumUploadBytes = parse.GetValue(_maximumUpload) is { } size ? ByteSyntax.Parse(size, _maximumUpload.Name) : 64L << 30,
            Keys = ApiKeys.Read(Path.GetFullPath(parse.GetValue(_keys) ?? Path.Combine(archiveDirectory, "keys.json"), workingDirectory)),
            Version = ArchiveHost.Version,
            IndexDirectory = new ArchiveOptions { Directory = archiveDirectory, DefaultModelDirectory = "" }.IndexDirectory,
        };
        options.Validate();
        return options;
    }
}
