using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Cli.Commands;

/// <summary>`eval`: how well judged queries are answered.</summary>
internal sealed class EvaluateCommand : ArchiveCommand
{
    private readonly Argument<string> _judged;
    private readonly Option<string?> _moments;
    private readonly Option<string?> _smoothing;
    private readonly Option<string?> _top;
    private readonly Option<bool> _exact;
    private readonly Option<string?> _encoding;

    public EvaluateCommand(Surroundings surroundings)
        : base(surroundings, "eval", "Run judged queries and score the answers. The file holds {queries:[{text|image, relevant:[{video, start, end}]}]}.",
            new("clustersearch eval judged.json", "With the usual settings."),
            new("clustersearch eval judged.json --exact", "What the answers would be if the index missed nothing."),
            new("clustersearch eval judged.json --moments reference --smoothing reference --json", "The published method, as JSON."))
    {
        _judged = Positional<string>("JUDGED", ArgumentArity.ExactlyOne, "A JSON file of judged queries; pictures' paths count from it.");
        _moments = Value("--moments", "shots|reference", "As for search. Default: shots.");
        _smoothing = Value("--smoothing", "shot|reference|none", "As for search. Default: shot.");
        _top = Value("--top", "N", $"Moments asked for a query, 1 to {SearchRequest.MaximumTop}. Default: 100.");
        _exact = Flag(ExactOption.Name, ExactOption.Description);
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.Description);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var judged = JudgedQueriesFile.Read(FullPath(parse.GetRequiredValue(_judged)));
        var settings = new SearchRequest
        {
            Top = parse.GetValue(_top) is { } top ? Choice.Number(top, _top.Name, 1, SearchRequest.MaximumTop) : 100,
            Moments = parse.GetValue(_moments) is { } method ? Choice.Of<MomentMethod>(method, _moments.Name) : MomentMethod.Shots,
            Smoothing = parse.GetValue(_smoothing) is { } kind ? Choice.Of<SmoothingMethod>(kind, _smoothing.Name) : SmoothingMethod.Shot,
            Exact = parse.GetValue(_exact),
            Encoding = parse.GetValue(_encoding),
        };
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var report = await archive.Search.EvaluateAsync(judged, settings, cancellation);
        Present(parse, EvaluationDocument.From(report), DocumentContext.Readable.EvaluationDocument, Show);
        return ExitCodes.Done;
    }

    private void Show(EvaluationDocument d)
    {
        var width = d.Metrics.Keys.Select(k => k.Length).DefaultIfEmpty(0).Max();
        foreach (var (name, value) in d.Metrics)
            Terminal.Out.WriteLine($"{name.PadRight(width)}  {(value is { } v ? Wording.Format($"{v:0.000}") : "-")}");
        Terminal.Out.WriteLine($"over {Wording.Count(d.PerQuery.Count, "query", "queries")}{(d.Encoding is { } e ? $", encoding {e.Describe()}" : "")}");
    }
}
