using System.CommandLine;
using ClusterSearch.Cli.Hosting;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`verify`: whether ledger, vector files and index agree.</summary>
internal sealed class VerifyCommand : ArchiveCommand
{
    private readonly Option<bool> _digest;
    private readonly Option<string?> _encoding;

    public VerifyCommand(Surroundings surroundings)
        : base(surroundings, "verify", "Compare ledger, vector files and index; change nothing. Exit code 1 when something differs.",
            new("clustersearch verify", "Whether the archive is whole."),
            new("clustersearch verify --digest", "Also one digest of all vectors and shots, equal on every machine that ingested the same."))
    {
        _digest = Flag("--digest", "Also the SHA-256 over raw vectors, smoothed vectors and shots in key order.");
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.What + " Default: every one; the digest is that of the one that searches use.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var report = await archive.Ingestion.VerifyAsync(parse.GetValue(_digest), parse.GetValue(_encoding), cancellation);
        Present(parse, VerifyDocument.From(report), DocumentContext.Readable.VerifyDocument, Show);
        return report.Ok ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private void Show(VerifyDocument d)
    {
        foreach (var problem in d.Problems) Terminal.Out.WriteLine(Wording.Safe(problem));
        var found = d.Ok ? "whole" : Wording.Count(d.Problems.Count, "problem");
        Terminal.Out.WriteLine($"{Wording.Count(d.Videos, "video")}, {Wording.Count(d.Samples, "sample")}: {found}");
        if (d.Encodings.Count > 1)
        {
            foreach (var e in d.Encodings)
                Terminal.Out.WriteLine($"  {e.Encoding.Describe()}: {Wording.Count(e.Videos, "video")}, {Wording.Count(e.Samples, "sample")}, {Wording.Count(e.Problems, "problem")}{(e.Digest is null ? "" : $", digest {e.Digest}")}");
        }
        if (d.Digest is not null) Terminal.Out.WriteLine($"digest {d.Digest}");
    }
}
