using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`doctor`: what this machine has and lacks.</summary>
internal sealed class DoctorCommand : ArchiveCommand
{
    private readonly Option<string?> _model;

    public DoctorCommand(Surroundings surroundings)
        : base(surroundings, "doctor", "Check what this machine needs: ffmpeg, ONNX Runtime, the model, the archive and its disk. Exit code 3 when something needed is missing.",
            new("clustersearch doctor", "Before the first ingest."),
            new("clustersearch doctor --archive /srv/footage-archive --json", "For another archive, as JSON."))
    {
        _model = Value("--model", "DIR", "Model directory, or the name of a model of this machine. Default: the starter.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.PassedOver;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var model = Setting(parse, _model, "model") is { } named
            ? Surroundings.Models.Resolve(named.Value, Surroundings.WorkingDirectory)
            : Surroundings.Models.Starter;
        var directory = ArchiveDirectory(parse);
        var checks = new List<Finding>();
        checks.AddRange(await MachineChecks.FfmpegAsync(Surroundings.Archives, cancellation));
        checks.AddRange(MachineChecks.Model(Surroundings.Archives, model, cancellation));
        checks.Add(MachineChecks.Kernels());
        checks.Add(await ArchiveChecks.ArchiveAsync(Surroundings.Archives, Address(parse), cancellation));
        checks.Add(ArchiveChecks.FileSystem(directory));
        checks.Add(ArchiveChecks.DiskSpace(directory));
        checks.Add(ArchiveChecks.WritePermission(directory));
        var ok = checks.All(c => c.State != FindingState.Missing);
        Present(parse, new DoctorDocument(ok, [.. checks.Select(c => c.ToDocument())]), DocumentContext.Readable.DoctorDocument, Show);
        return ok ? ExitCodes.Done : ExitCodes.EnvironmentFault;
    }

    private void Show(DoctorDocument d)
    {
        foreach (var check in d.Checks)
        {
            Terminal.Out.WriteLine(Wording.Safe($"{check.State,-8} {check.Name,-13} {check.Found}"));
            if (check.Advice is not null) Terminal.Out.WriteLine(Wording.Safe($"{"",-22} -> {check.Advice}"));
        }
        Terminal.Out.WriteLine(d.Ok ? "everything that is needed is there" : "something that is needed is missing");
    }
}

internal enum FindingState
{
    Ok,

    /// <summary>Works, but a person should know.</summary>
    Warning,
    Missing,
}

/// <param name="Advice">What to do; null when there is nothing to.</param>
internal sealed record Finding(string Name, FindingState State, string Found, string? Advice = null)
{
    public DoctorCheckDocument ToDocument() => new(Name, State.ToString().ToLowerInvariant(), Found, Advice);
}
