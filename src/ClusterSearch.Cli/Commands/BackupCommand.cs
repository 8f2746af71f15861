using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`backup`: a consistent copy.</summary>
internal sealed class BackupCommand : ArchiveCommand
{
    private readonly Argument<string> _directory;
    private readonly Option<bool> _copy;

    public BackupCommand(Surroundings surroundings)
        : base(surroundings, "backup", "Copy the archive while it is searched and ingested. The index is left out: `restore` makes it again. Footage is never part of it.",
            new("clustersearch backup /backups/footage", "Into an empty folder, or over an earlier backup, of which only what changed is written."),
            new("clustersearch backup /backups/footage --copy --archive /srv/footage-archive", "With bytes of its own, on the archive's own disk, too."))
    {
        _directory = Positional<string>("DIR", ArgumentArity.ExactlyOne, "Where to: an empty folder, one that is not there yet, or an earlier backup.");
        _copy = Flag("--copy", "Copy vector files even where the disk can share them between archive and backup.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var report = await archive.Ingestion.BackupAsync(new BackupRequest(FullPath(parse.GetRequiredValue(_directory))) { Copy = parse.GetValue(_copy) }, cancellation);
        Present(parse, BackupDocument.From(report), DocumentContext.Readable.BackupDocument, d => Terminal.Out.WriteLine(
            $"{Wording.Count(d.Videos, "video")}, {Wording.Count(d.VectorFiles, "vector file")} of {Wording.Bytes(d.Bytes)}, {Wording.Bytes(d.BytesCopied)} copied, in {Wording.Elapsed(d.ElapsedSeconds * 1000)}: {Wording.Safe(d.Directory)}"));
        return ExitCodes.Done;
    }
}
