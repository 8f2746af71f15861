using System.CommandLine;
using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Cli.Supervision;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Cli.Commands;

/// <summary>`work`: one worker process of an archive that several share, and its supervisor.</summary>
internal sealed class WorkCommand : ArchiveCommand
{
    private const int MaximumSlots = 256;
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(1);

    private readonly Option<string?> _slots;
    private readonly Option<string[]> _roots;
    private readonly Option<string?> _nice;
    private readonly Option<string?> _maximumLoad;
    private readonly Option<string?> _minimumFree;
    private readonly Option<string?> _role;
    private readonly Option<string?> _order;
    private readonly Option<string?> _grace;
    private readonly Option<string?> _lease;
    private readonly Option<string?> _retryDelay;
    private readonly Option<string?> _hardware;
    private readonly Option<bool> _mixed;
    private readonly ExecutionOptions _execution;

    public WorkCommand(Surroundings surroundings)
        : base(surroundings, "work", "Work off what is registered, beside other workers on this and other machines, until stopped. Needs a catalogue in PostgreSQL.",
            new("clustersearch work --archive /srv/archive --catalog \"Host=db;Database=footage\"", "As much at once as pays on this machine."),
            new("clustersearch work --slots 2 --root tapes=/mnt/nas/tapes --nice 10", "Two chunks at once, behind other programs, with the footage elsewhere than on the host that registered it."),
            new("clustersearch work --role aggregate", "Only keep the index, for a machine without the footage."))
    {
        _slots = Value("--slots", "N|auto", "Chunks worked on at once; auto finds by measuring what brings most, within memory. Default: auto.");
        _roots = Values("--root", "NAME=DIR", "Where a root of the footage lies on this host; may stand several times. Default: 'roots' in clustersearch.json, else as registered.");
        _nice = Value("--nice", "N", "Give way to other programs, 0 to 19. Default: 0.");
        _maximumLoad = Value("--max-load", "L", "Begin nothing while the load average of a minute, divided by the cores, is above this. Default: no limit.");
        _minimumFree = Value("--min-free", "SIZE", "Begin nothing while the archive's disk has less free, such as 500M or 2G. Default: 1G.");
        _role = Value("--role", "embed,aggregate", "embed: work on chunks; aggregate: compete for keeping the index. Default: both.");
        _order = Value("--order", "fair|earliest", "fair: all videos advance together; earliest: one after the other is finished. Default: fair.");
        _grace = Value("--grace", "D", "Time that chunks under way get to finish when the worker is stopped; then they are given back. Default: 30s.");
        _lease = Value("--lease", "D", "A chunk whose worker fell silent goes to another after this time. Default: 60s.");
        _retryDelay = Value("--retry-delay", "D", "How long a chunk that failed is left alone; six times as long after each next failure. Default: 5s.");
        _hardware = Value("--hwaccel", "NAME", "Decode with hardware, by ffmpeg's name: auto, cuda, vaapi, … Default: the processor.");
        _execution = ExecutionOptions.AddTo(this);
        _mixed = Flag("--allow-mixed-encoders", "Let a video be finished by another runtime or processor kind than it was begun with.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var request = ReadRequest(parse);
        var nice = parse.GetValue(_nice) is { } n ? Choice.Number(n, _nice.Name, 0, 19) : 0;
        _execution.Read(parse);
        foreach (var root in parse.GetValue(_roots) ?? []) MapRoot(root);
        return Surroundings.Variable(SupervisorLine.Variable) is { Length: > 0 }
            ? await WorkAsync(parse, request, cancellation)
            : await SuperviseAsync(parse, request, nice, cancellation);
    }

    private async Task<int> SuperviseAsync(ParseResult parse, WorkRequest request, int nice, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Work, cancellation);
        return await new WorkerSupervisor(Terminal, archive.Working, request.Retries.First, request.Grace, nice)
            .RunAsync(WorkerSupervisor.OwnCommand(), cancellation);
    }

    private async Task<int> WorkAsync(ParseResult parse, WorkRequest request, CancellationToken cancellation)
    {
        using var line = new SupervisorLine(Console.In);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, line.Stop, line.Gone);
        try
        {
            await using var archive = await TransientRetry.UntilAnsweredAsync(
                TimeProvider.System, token => OpenAsync(parse, OpenMode.Work, token, _execution.Read(parse), "clustersearch-worker"), stop.Token);
            await archive.Working.WorkAsync(request, line => Terminal.Error.WriteLine(Wording.Safe($"worker {Environment.ProcessId}: {line}")), stop.Token, line.Gone);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to before there was anything to finish.
        }
        return ExitCodes.Done;
    }

    private WorkRequest ReadRequest(ParseResult parse)
    {
        var roles = (parse.GetValue(_role) ?? "embed,aggregate").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (roles.Length == 0 || roles.Except(["embed", "aggregate"], StringComparer.OrdinalIgnoreCase).Any())
            throw new UsageException($"{_role.Name}: expected embed, aggregate or both with a comma between, found '{parse.GetValue(_role)}'");
        var crash = Surroundings.Variable(SupervisorLine.CrashVariable);
        return new WorkRequest
        {
            Slots = parse.GetValue(_slots) is { } slots && !slots.Equals("auto", StringComparison.OrdinalIgnoreCase)
                ? Choice.Number(slots, _slots.Name, 1, MaximumSlots) : null,
            Embeds = roles.Contains("embed", StringComparer.OrdinalIgnoreCase),
            Aggregates = roles.Contains("aggregate", StringComparer.OrdinalIgnoreCase),
            Grace = Duration(parse, _grace, TimeSpan.FromSeconds(30), TimeSpan.Zero),
            MinimumFreeBytes = parse.GetValue(_minimumFree) is { } free ? ByteSyntax.Parse(free, _minimumFree.Name) : 1L << 30,
            MaximumLoad = parse.GetValue(_maximumLoad) is { } load ? ReadLoad(load) : null,
            Order = OrderSyntax.Parse(parse.GetValue(_order), _order.Name),
            LeaseDuration = Duration(parse, _lease, TimeSpan.FromSeconds(60), ShortestLease),
            Retries = new RetryPolicy(Duration(parse, _retryDelay, RetryPolicy.Default.First, TimeSpan.Zero)),
            HardwareAcceleration = Setting(parse, _hardware, "hwaccel")?.Value,
            AllowMixedEncoders = parse.GetValue(_mixed),
            EarlierCrash = crash is { Length: > 0 } ? new Failure(ErrorCodes.WorkerCrashed, crash) : null,
        };
    }

    private static TimeSpan Duration(ParseResult parse, Option<string?> option, TimeSpan otherwise, TimeSpan least)
    {
        if (parse.GetValue(option) is not { } text) return otherwise;
        var duration = TimeSpan.FromSeconds(TimeSyntax.Parse(text, option.Name));
        return duration >= least && duration <= TimeSpan.FromDays(1) ? duration
            : throw new UsageException($"{option.Name}: expected a time from {Wording.Elapsed(least.TotalMilliseconds)} to a day, found '{text}'");
    }

    private double ReadLoad(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) && load > 0 ? load
            : throw new UsageException($"{_maximumLoad.Name}: expected a number above 0, such as 1.5, found '{text}'");

    private void MapRoot(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || at == text.Length - 1) throw new UsageException($"{_roots.Name}: expected NAME=DIR, found '{text}'");
        RootMapping.Set(text[..at], FullPath(text[(at + 1)..]));
    }
}
