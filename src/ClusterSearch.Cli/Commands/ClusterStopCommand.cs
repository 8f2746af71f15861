using System.CommandLine;
using ClusterSearch.Cli.Clusters;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Commands;

/// <summary>`cluster stop`: ends a cluster that runs in another terminal, or what a killed one left behind.</summary>
internal sealed class ClusterStopCommand : ArchiveCommand
{
    /// <summary>Workers finish what they hold, then the servers stop.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Option<string?> _directory;

    public ClusterStopCommand(Surroundings surroundings)
        : base(surroundings, "stop", "End a cluster: gateway and workers first, then the servers. Its files stay.",
            new("clustersearch cluster stop", "The one in ./cluster."),
            new("clustersearch cluster stop --directory /srv/cluster", "Another one.")) =>
        _directory = ClusterCommand.DirectoryOption(this);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directory = FullPath(parse.GetValue(_directory) ?? "cluster");
        if (ClusterRecord.Read(directory) is not { } record)
        {
            Terminal.Error.WriteLine($"no cluster runs in {directory}");
            return ExitCodes.Done;
        }
        record.Supervisor.Signal(ProcessIdentity.Terminate);
        if (!await record.Supervisor.IsGoneAsync(Patience))
            throw new ClusterSearchException(ErrorCodes.EnvironmentBusy, $"process {record.Supervisor.ProcessId} still stops its cluster after {Patience.TotalMinutes:0} minutes");
        // One that was killed left these; its workers and its gateway have noticed by themselves.
        foreach (var member in ClusterRecord.Read(directory)?.Members ?? [])
            if (!await member.EndAsync())
                throw new ClusterSearchException(ErrorCodes.EnvironmentBusy, $"{member.Name}, process {member.Process.ProcessId}, does not end");
        ClusterRecord.Delete(directory);
        Terminal.Error.WriteLine($"the cluster in {directory} has ended");
        return ExitCodes.Done;
    }
}
