using System.CommandLine;
using ClusterSearch.Cli.Hosting;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`reindex`: everything derived, again.</summary>
internal sealed class ReindexCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "reindex",
    "Compute smoothing, shots and index again from the stored vectors. No footage is decoded.",
    new("clustersearch reindex", "After an index was damaged."),
    new("clustersearch reindex --archive /srv/footage-archive --json", "Another archive, as JSON."))
{
    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var report = await IngestDisplay.RunAsync(Terminal, IsJson(parse), Surroundings.Clock,
            progress => archive.Ingestion.ReindexAsync(progress, cancellation));
        Present(parse, new ReindexDocument(report.Videos, report.Samples, report.Elapsed.TotalSeconds), DocumentContext.Readable.ReindexDocument,
            d => Terminal.Out.WriteLine($"{Wording.Count(d.Samples, "sample")} of {Wording.Count(d.Videos, "video")} indexed again in {Wording.Elapsed(d.ElapsedSeconds * 1000)}"));
        return ExitCodes.Done;
    }
}
