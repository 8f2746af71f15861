using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Remote;

namespace ClusterSearch.Cli.Commands;

/// <summary>A command that does something. Helpers here are what most of them need.</summary>
internal abstract class ArchiveCommand : DocumentedCommand
{
    protected ArchiveCommand(Surroundings surroundings, string name, string description, params Example[] examples)
        : base(name, description, examples)
    {
        Surroundings = surroundings;
        SetAction((parse, cancellation) =>
        {
            RefuseGateway(parse);
            return RunAsync(parse, cancellation);
        });
    }

    /// <summary>What the command does with --gateway.</summary>
    protected virtual GatewayUse GatewayUse => GatewayUse.Refused;

    protected Surroundings Surroundings { get; }

    protected Terminal Terminal => Surroundings.Terminal;

    /// <returns>An exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parse, CancellationToken cancellation);

    /// <param name="parse">The command line.</param>
    /// <param name="mode">What for.</param>
    /// <param name="cancellation">Stops waiting for the archive.</param>
    /// <param name="execution">What models run on; null: the processor.</param>
    /// <param name="service">What the process is called in telemetry.</param>
    protected Task<ArchiveHost> OpenAsync(
        ParseResult parse, OpenMode mode, CancellationToken cancellation, ModelOptions? execution = null, string service = CommandLineProgram.Name)
    {
        RootMapping.SetDefaults(new Settings(Surroundings.Variable, Surroundings.WorkingDirectory).Roots);
        return Surroundings.Archives.OpenAsync(Address(parse) with { Execution = execution ?? new ModelOptions(), Service = service }, mode, cancellation);
    }

    protected ArchiveAddress Address(ParseResult parse) => new(ArchiveDirectory(parse), Setting(parse, GlobalOptions.Catalog, "catalog")?.Value)
    {
        Vectors = Setting(parse, GlobalOptions.Vectors, "vectors")?.Value,
        MovesVectors = MovesVectors && parse.GetValue(GlobalOptions.Vectors) is not null,
        Gateway = GatewayOf(parse),
    };

    /// <summary>Whether the command writes all vectors anew, so that they may go elsewhere.</summary>
    protected virtual bool MovesVectors => false;

    /// <summary>The gateway that is to be asked; null where the archive is opened here.</summary>
    protected RemoteAddress? GatewayOf(ParseResult parse)
    {
        var key = Setting(parse, GlobalOptions.Key, "key");
        // An archive that is named on the command line is meant, whatever the environment says of gateways.
        if (parse.GetValue(GlobalOptions.Gateway) is null && (parse.GetValue(GlobalOptions.Archive) ?? parse.GetValue(GlobalOptions.Catalog) ?? parse.GetValue(GlobalOptions.Vectors)) is not null) return null;
        return Setting(parse, GlobalOptions.Gateway, "gateway") is var (url, _) ? RemoteAddress.Parse(url, key?.Value) : null;
    }

    private void RefuseGateway(ParseResult parse)
    {
        var isGiven = parse.GetValue(GlobalOptions.Gateway) is not null;
        foreach (var option in (Option<string?>[])[GlobalOptions.Archive, GlobalOptions.Catalog, GlobalOptions.Vectors])
            if (isGiven && parse.GetValue(option) is not null) throw new UsageException($"--gateway and {option.Name} exclude each other: a gateway serves one archive");
        if (parse.GetValue(GlobalOptions.Key) is not null && GatewayOf(parse) is null) throw new UsageException("--key opens a gateway: name it with --gateway");
        if (GatewayUse == GatewayUse.Asked || (GatewayUse == GatewayUse.PassedOver && !isGiven) || GatewayOf(parse) is not { } gateway) return;
        var source = isGiven ? "--gateway" : Setting(parse, GlobalOptions.Gateway, "gateway")!.Value.Source;
        throw new UsageException($"'{Name}' works where the archive lies, not through a gateway ({source} says {gateway.Gateway.GetLeftPart(UriPartial.Authority)}); run it there{(isGiven ? "" : ", or name the archive with --archive")}");
    }

    /// <summary>Absolute.</summary>
    protected string ArchiveDirectory(ParseResult parse) =>
        FullPath(Setting(parse, GlobalOptions.Archive, "archive")?.Value ?? GlobalOptions.DefaultArchive);

    protected string FullPath(string path) => Path.GetFullPath(path, Surroundings.WorkingDirectory);

    /// <summary>An option's value, else the environment's, else the file's; null where it stands nowhere. Source names where, for a message.</summary>
    protected (string Value, string Source)? Setting(ParseResult parse, Option<string?> option, string name) =>
        parse.GetValue(option) is { } given
            ? (given, option.Name)
            : new Settings(Surroundings.Variable, Surroundings.WorkingDirectory).Find(name);

    protected static bool IsJson(ParseResult parse) => parse.GetValue(GlobalOptions.Json);

    /// <summary>Writes a document where --json is given, else lets a person read it.</summary>
    protected void Present<T>(ParseResult parse, T document, JsonTypeInfo<T> type, Action<T> show)
        where T : Document
    {
        if (IsJson(parse)) JsonOutput.Write(Terminal.Out, document, type);
        else show(document);
    }
}
