using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Backup;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`restore`: an archive out of a backup.</summary>
internal sealed class RestoreCommand : ArchiveCommand
{
    private readonly Argument<string> _directory;
    private readonly Option<bool> _copy;

    public RestoreCommand(Surroundings surroundings)
        : base(surroundings, "restore", "Make an archive out of a backup, where there is none yet, and its index anew. No footage is decoded.",
            new("clustersearch restore /backups/footage --archive /srv/footage-archive", "After a disk was lost; `ingest` then goes on where the backup was made."),
            new("clustersearch restore /backups/footage --archive /tmp/look", "To look into a backup without touching it."))
    {
        _directory = Positional<string>("DIR", ArgumentArity.ExactlyOne, "A backup made by `clustersearch backup`.");
        _copy = Flag("--copy", "Copy vector files even where the disk can share them between backup and archive.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var options = new ArchiveOptions { Directory = ArchiveDirectory(parse), DefaultModelDirectory = Surroundings.Models.Starter ?? "models/starter" };
        await ArchiveRestore.PlaceFilesAsync(FullPath(parse.GetRequiredValue(_directory)), options, parse.GetValue(_copy), cancellation);
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var report = await IngestDisplay.RunAsync(Terminal, IsJson(parse), Surroundings.Clock,
            progress => archive.Ingestion.ReindexAsync(null, progress, cancellation));
        Present(parse, new RestoreDocument(options.Directory, report.Videos, report.Samples, report.Elapsed.TotalSeconds), DocumentContext.Readable.RestoreDocument,
            d => Terminal.Out.WriteLine($"{Wording.Count(d.Videos, "video")}, {Wording.Count(d.Samples, "sample")} searchable again in {Wording.Elapsed(d.ElapsedSeconds * 1000)}: {Wording.Safe(d.Directory)}"));
        return ExitCodes.Done;
    }
}
