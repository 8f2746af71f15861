using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`reindex`: everything derived, again.</summary>
internal sealed class ReindexCommand : ArchiveCommand
{
    private readonly Option<string?> _encoding;

    public ReindexCommand(Surroundings surroundings)
        : base(surroundings, "reindex", "Compute smoothing, shots and index again from the stored vectors. No footage is decoded.",
            new("clustersearch reindex", "After an index was damaged."),
            new("clustersearch reindex --archive /srv/footage-archive --json", "Another archive, as JSON."),
            new("clustersearch reindex --vectors milvus:http://db:19530", "Move the index to Milvus; `--vectors embedded` brings it back."))
    {
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.What + " Default: every one.");
    }

    protected override bool MovesVectors => true;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var report = await IngestDisplay.RunAsync(Terminal, IsJson(parse), Surroundings.Clock,
            progress => archive.Ingestion.ReindexAsync(parse.GetValue(_encoding), progress, cancellation));
        var document = new ReindexDocument(report.Videos, report.Samples, report.Elapsed.TotalSeconds, [.. report.Encodings.Select(EncodingDocument.From)]);
        Present(parse, document, DocumentContext.Readable.ReindexDocument, Show);
        return ExitCodes.Done;
    }

    private void Show(ReindexDocument d)
    {
        Terminal.Out.WriteLine($"{Wording.Count(d.Samples, "sample")} of {Wording.Count(d.Videos, "video")} indexed again in {Wording.Elapsed(d.ElapsedSeconds * 1000)}");
        if (d.Encodings.Count > 1) Terminal.Out.WriteLine($"  in {string.Join(", ", d.Encodings.Select(e => e.Describe()))}");
    }
}
