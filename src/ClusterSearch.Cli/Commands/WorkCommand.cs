using System.CommandLine;
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
    private readonly Option<string?> _slots;
    private readonly Option<string?> _nice;
    private readonly Option<string?> _role;
    private readonly WorkOptions _work;
    private readonly ExecutionOptions _execution;

    public WorkCommand(Surroundings surroundings)
        : base(surroundings, "work", "Work off what is registered, beside other workers on this and other machines, until stopped. Needs a catalogue in PostgreSQL.",
            new("clustersearch work --archive /srv/archive --catalog \"Host=db;Database=footage\"", "As much at once as pays on this machine."),
            new("clustersearch work --slots 2 --root tapes=/mnt/nas/tapes --nice 10", "Two chunks at once, behind other programs, with the footage elsewhere than on the host that registered it."),
            new("clustersearch work --role aggregate", "Only keep the index, for a machine without the footage."))
    {
        _slots = Value("--slots", "N|auto", "Chunks worked on at once; auto finds by measuring what brings most, within memory. Default: auto.");
        _nice = Value("--nice", "N", "Give way to other programs, 0 to 19. Default: 0.");
        _role = Value("--role", "embed,aggregate", "embed: work on chunks; aggregate: compete for keeping the index. Default: both.");
        _work = new WorkOptions(this);
        _execution = ExecutionOptions.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var request = ReadRequest(parse);
        var nice = parse.GetValue(_nice) is { } n ? Choice.Number(n, _nice.Name, 0, 19) : 0;
        _execution.Read(parse);
        foreach (var (root, directory) in _work.ReadRoots(parse, Surroundings.WorkingDirectory)) RootMapping.Set(root, directory);
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
        return _work.Read(parse, new Settings(Surroundings.Variable, Surroundings.WorkingDirectory)) with
        {
            Slots = parse.GetValue(_slots) is { } slots && !slots.Equals("auto", StringComparison.OrdinalIgnoreCase)
                ? WorkOptions.ReadSlots(slots, _slots.Name) : null,
            Embeds = roles.Contains("embed", StringComparer.OrdinalIgnoreCase),
            Aggregates = roles.Contains("aggregate", StringComparer.OrdinalIgnoreCase),
            EarlierCrash = crash is { Length: > 0 } ? new Failure(ErrorCodes.WorkerCrashed, crash) : null,
        };
    }
}
