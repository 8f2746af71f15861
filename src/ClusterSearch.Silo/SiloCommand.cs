using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Grains;
using ClusterSearch.Grains.Working;
using ClusterSearch.Hosting;
using ClusterSearch.Hosting.Parsing;
using ClusterSearch.Silo.Clustering;
using ClusterSearch.Silo.Serving;

namespace ClusterSearch.Silo;

/// <summary>The command line of the cluster's host. Order of what may also stand elsewhere: option, environment, file.</summary>
internal sealed class SiloCommand : RootCommand
{
    private readonly Settings _settings;
    private readonly string _workingDirectory;
    private readonly Action<string> _tell;

    private readonly Option<string?> _role;
    private readonly Option<string?> _archive;
    private readonly Option<string?> _catalog;
    private readonly Option<string?> _vectors;
    private readonly MembershipOptions _membership;
    private readonly Option<string?> _health;
    private readonly Option<string?> _embed;
    private readonly Option<string?> _slots;
    private readonly Option<bool> _noAggregation;
    private readonly WorkOptions _work;
    private readonly ExecutionOptions _execution;
    private readonly Option<string?> _shards;
    private readonly Option<string?> _shardDeadline;
    private readonly GatewayRoleOptions _gateway;

    /// <param name="settings">Environment and file.</param>
    /// <param name="workingDirectory">Absolute.</param>
    /// <param name="tell">Told what an operator should know, a line at a time.</param>
    public SiloCommand(Settings settings, string workingDirectory, Action<string> tell)
        : base("A member of a ClusterSearch cluster: a silo that works and searches, or a gateway that serves the page and the HTTP API over them. See docs/cluster.md.")
    {
        (_settings, _workingDirectory, _tell) = (settings, workingDirectory, tell);
        _role = this.AddValue("--role", "silo|gateway", "What this process is. Default: silo.");
        _archive = this.AddValue("--archive", "DIR", "Directory of the archive, on storage that every member shares. Default: $CLUSTERSEARCH_ARCHIVE, else ./archive.");
        _catalog = this.AddValue("--catalog", "WHERE", "Catalogue in PostgreSQL: \"Host=…;Database=…\" or postgres://user@host/database. Default: $CLUSTERSEARCH_CATALOG, else what archive.json in the archive says.");
        _vectors = this.AddValue("--vectors", "WHERE", "Where the vectors are: milvus:http://host:19530, or embedded for the index in the archive; the same for every member. Default: $CLUSTERSEARCH_VECTORS, else what archive.json in the archive says, else embedded.");
        _membership = new MembershipOptions(this);
        _health = this.AddValue("--health", "URL|none", "Silo: where GET /health answers. Default: http://127.0.0.1:8421.");
        _embed = this.AddValue("--embed", "auto|always|never", "Silo: whether chunks are embedded here. auto: where there are graphics processors (--provider cuda); always: with the processor too. Default: auto.");
        _slots = this.AddValue("--slots", "N", "Silo: chunks worked on at once. Default: two for each graphics processor, two with the processor.");
        _noAggregation = this.AddFlag("--no-aggregation", "Silo: do not compete for keeping the index.");
        _work = new WorkOptions(this);
        _execution = ExecutionOptions.AddTo(this);
        _shards = this.AddValue("--shards", "N", "Gateway: parts that the archive is searched in, spread over the silos, 1 to 1024. Default: 8.");
        _shardDeadline = this.AddValue("--shard-deadline", "D", "Gateway: a part that has not answered by then is left out of the answer and named in it. Default: 5s.");
        _gateway = new GatewayRoleOptions(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var role = parse.GetValue(_role) ?? "silo";
        if (role is not ("silo" or "gateway")) throw new UsageException($"{_role.Name}: expected silo or gateway, found '{role}'");
        var membership = _membership.Read(parse, _settings, _workingDirectory);
        var directory = Path.GetFullPath(Setting(parse, _archive, "archive") ?? "archive", _workingDirectory);
        var roots = _work.ReadRoots(parse, _workingDirectory);
        foreach (var (root, where) in roots) RootMapping.Set(root, where);
        RootMapping.SetDefaults(_settings.Roots);
        var execution = _execution.Read(parse);
        var address = new ArchiveAddress(directory, Setting(parse, _catalog, "catalog"))
        {
            Vectors = Setting(parse, _vectors, "vectors"),
            Execution = execution,
            Service = $"clustersearch-{role}",
        };
        if (role == "gateway")
        {
            var serving = _gateway.Read(parse, _settings, directory, roots, _workingDirectory);
            var search = new ClusterSearchOptions
            {
                Shards = parse.GetValue(_shards) is { } shards ? Choice.Number(shards, _shards.Name, 1, 1024) : 8,
                ShardDeadline = TimeSpan.FromSeconds(parse.GetValue(_shardDeadline) is { } deadline ? TimeSyntax.Parse(deadline, _shardDeadline.Name) : 5),
            };
            return await new GatewayRole(membership, serving, search, _tell).RunAsync(token => OpenAsync(address, token), cancellation);
        }
        var health = parse.GetValue(_health) ?? HealthServer.DefaultAddress;
        var options = new SiloWorkOptions
        {
            Accelerator = ReadAccelerator(parse, execution.Provider, execution.DeviceIds.Count),
            Work = _work.Read(parse, _settings) with
            {
                Slots = parse.GetValue(_slots) is { } slots ? WorkOptions.ReadSlots(slots, _slots.Name) : null,
                Aggregates = !parse.GetValue(_noAggregation),
            },
            Tell = _tell,
        };
        return await new SiloRole(membership, options, health == "none" ? null : health, _tell).RunAsync(token => OpenAsync(address, token), cancellation);
    }

    /// <summary>Tried until the catalogue answers: members are started in any order.</summary>
    private Task<ArchiveHost> OpenAsync(ArchiveAddress address, CancellationToken cancellation) =>
        TransientRetry.UntilAnsweredAsync(TimeProvider.System, token => new ArchiveOpener(_settings).OpenAsync(address, OpenMode.Work, token), cancellation);

    private Accelerator ReadAccelerator(ParseResult parse, string provider, int devices)
    {
        var embed = parse.GetValue(_embed) ?? "auto";
        return embed switch
        {
            "never" => Accelerator.None,
            "auto" or "always" when provider == "cuda" => Accelerator.Cuda(devices),
            "auto" => Accelerator.None,
            "always" => Accelerator.Cpu,
            _ => throw new UsageException($"{_embed.Name}: expected auto, always or never, found '{embed}'"),
        };
    }

    private string? Setting(ParseResult parse, Option<string?> option, string name) => parse.GetValue(option) ?? _settings.Find(name)?.Value;
}
