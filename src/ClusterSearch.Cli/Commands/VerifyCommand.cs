using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`verify`: whether ledger, vector files and index agree.</summary>
internal sealed class VerifyCommand : ArchiveCommand
{
    private readonly Option<bool> _digest;
    private readonly Option<string?> _encoding;
    private readonly Option<bool> _repair;

    public VerifyCommand(Surroundings surroundings)
        : base(surroundings, "verify", "Compare ledger, vector files and index of every encoding. Exit code 1 when something differs.",
            new("clustersearch verify", "Whether the archive is whole; changes nothing and may run beside an ingest."),
            new("clustersearch verify --repair", "Mend what differs; what has to be decoded again is left to the next ingest."),
            new("clustersearch verify --digest", "Also one digest of all vectors and shots, equal on every machine that ingested the same."))
    {
        _digest = Flag("--digest", "Also the SHA-256 over raw vectors, smoothed vectors and shots in key order.");
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.What + " Default: every one; the digest is that of the one that searches use.");
        _repair = Flag("--repair", "Mend what is found, then look again. Nothing that counts is lost; a running ingest must end first.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var request = new VerifyRequest { Digest = parse.GetValue(_digest), Encoding = parse.GetValue(_encoding), Repair = parse.GetValue(_repair) };
        await using var archive = await OpenAsync(parse, request.Repair ? OpenMode.Write : OpenMode.Read, cancellation);
        var report = await archive.Ingestion.VerifyAsync(request, cancellation);
        Present(parse, VerifyDocument.From(report), DocumentContext.Readable.VerifyDocument, d => Show(d, report, request.Repair));
        return report.Ok ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private void Show(VerifyDocument d, VerifyReport report, bool isRepair)
    {
        foreach (var problem in report.Problems) Terminal.Out.WriteLine(Wording.Safe($"{problem.Code}: {problem.Message}; {(isRepair ? "repair" : "--repair")}: {problem.Repair}"));
        foreach (var leftover in report.Leftovers) Terminal.Out.WriteLine(Wording.Safe($"{leftover.Code}: {leftover.Message}; {(isRepair ? "deleted" : "left over, --repair deletes it")}"));
        if (isRepair)
            foreach (var problem in report.Remaining) Terminal.Out.WriteLine(Wording.Safe($"not mended: {problem.Code}: {problem.Message}"));
        var found = d.Problems.Count == 0 ? "whole"
            : !isRepair ? Wording.Count(d.Problems.Count, "problem")
            : d.Ok ? $"{Wording.Count(d.Problems.Count, "problem")} mended" : $"{Wording.Count(d.Problems.Count, "problem")}, {d.Remaining.Count} not mended";
        Terminal.Out.WriteLine($"{Wording.Count(d.Videos, "video")}, {Wording.Count(d.Samples, "sample")}: {found}");
        if (d.Encodings.Count > 1)
        {
            foreach (var e in d.Encodings)
                Terminal.Out.WriteLine($"  {e.Encoding.Describe()}: {Wording.Count(e.Videos, "video")}, {Wording.Count(e.Samples, "sample")}, {Wording.Count(e.Problems, "problem")}{(e.Digest is null ? "" : $", digest {e.Digest}")}");
        }
        if (d.Requeued > 0) Terminal.Out.WriteLine($"{Wording.Count(d.Requeued, "chunk")} to embed again: run `clustersearch ingest` on the footage");
        if (d.UnreachableVideos > 0) Terminal.Out.WriteLine($"{Wording.Count(d.UnreachableVideos, "video")} without a file on this machine");
        if (d.Digest is not null) Terminal.Out.WriteLine($"digest {d.Digest}");
    }
}
