using System.CommandLine;
using ClusterSearch.Cli.Json;

namespace ClusterSearch.Cli.Commands;

/// <summary>`pause`: nothing more is begun.</summary>
internal sealed class PauseCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "pause",
    "Let no worker begin anything more; what is under way is finished. Searches go on.",
    new("clustersearch pause", "For the archive in ./archive."),
    new("clustersearch pause --archive /srv/archive --json", "For another one, as JSON."))
{
    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        await archive.Working.SetPausedAsync(true, cancellation);
        Present(parse, new PausedDocument(true), DocumentContext.Readable.PausedDocument,
            _ => Terminal.Out.WriteLine("paused; `clustersearch resume` goes on"));
        return ExitCodes.Done;
    }
}

/// <summary>`resume`: the end of a pause.</summary>
internal sealed class ResumeCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "resume",
    "Let workers go on after a pause.",
    new("clustersearch resume", "For the archive in ./archive."),
    new("clustersearch resume --archive /srv/archive --json", "For another one, as JSON."))
{
    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        await archive.Working.SetPausedAsync(false, cancellation);
        Present(parse, new PausedDocument(false), DocumentContext.Readable.PausedDocument, _ => Terminal.Out.WriteLine("work goes on"));
        return ExitCodes.Done;
    }
}
