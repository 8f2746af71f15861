using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Cli.Commands;

/// <summary>`search`: moments out.</summary>
internal sealed class SearchCommand : ArchiveCommand
{
    private const int DefaultTop = 20;

    private readonly QueryOptions _query;
    private readonly FilterOptions _filter;
    private readonly Option<string?> _top;
    private readonly Option<string?> _moments;
    private readonly Option<string?> _smoothing;
    private readonly Option<bool> _fold;
    private readonly Option<string?> _clips;
    private readonly Option<string?> _sheet;
    private readonly Option<bool> _exact;
    private readonly Option<bool> _explain;
    private readonly Option<string?> _encoding;

    public SearchCommand(Surroundings surroundings)
        : base(surroundings, "search", "Find moments by a sentence, a picture, a moment of another video, or several of them together.",
            new("clustersearch search \"a cat\"", "By a sentence."),
            new("clustersearch search --image cat.jpg --not snow --top 5", "By a picture, away from snow."),
            new("clustersearch search --like garden-walk.mp4@12.5 --fold", "More like that moment; repeats are folded together."),
            new("clustersearch search \"a van\" --camera gate --after 2026-11-23T06:00 --before 2026-11-23T09:00", "One camera, one morning."),
            new("clustersearch search \"a van\" --exact --explain", "Miss nothing, and say how it was searched."),
            new("clustersearch search \"a goal\" --clips goals --sheet goals.jpg", "Write each moment as an MP4, and one picture of all."))
    {
        _query = new QueryOptions(
            Positional<string[]>("TEXT", ArgumentArity.ZeroOrMore, "What to look for."),
            Values("--image", "FILE", "A picture of what to look for. May be repeated."),
            Values("--like", "VIDEO@TIME", "A moment of an ingested video, such as gate.mp4@1:30. May be repeated."),
            Values("--not", "TEXT", "What to keep away from. May be repeated."),
            Values("--weight", "PART=W", "Weight of a part, above 0: text=2, image=0.5, image2=0.5 for the second image, like=…, not=…. Default: 1."));
        _filter = new FilterOptions(
            Values("--video", "VIDEO", "Only this video: an id, a path or a unique file name. May be repeated."),
            Values("--camera", "NAME", "Only footage of this camera. May be repeated."),
            Values("--zone", "NAME", "Only footage of this zone. May be repeated."),
            Values("--after", "T", "From here on: a date is wall-clock time (2026-11-23T06:00), a time is within each video (90s, 1:30)."),
            Values("--before", "T", "Up to here, exclusive: a date or a time within each video, as for --after."));
        _top = Value("--top", "N", $"Moments wanted, 1 to {SearchRequest.MaximumTop}. Default: {DefaultTop}.");
        _moments = Value("--moments", "shots|reference", "shots: the best stretch of each shot; reference: the published method, top samples joined. Default: shots.");
        _smoothing = Value("--smoothing", "shot|reference|none", "Smoothing of scores over time. Default: shot.");
        _fold = Flag("--fold", "Group near-identical moments under the best of them.");
        _clips = Value("--clips", "DIR", "Write each moment as an exact MP4: rank-video-start-end.mp4.");
        _sheet = Value("--sheet", "FILE", "Write the moments' key frames as one picture, .jpg or .png.");
        _exact = Flag(ExactOption.Name, ExactOption.Description);
        _explain = Flag("--explain", "Say how the answer was found.");
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.Description);
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var sheet = parse.GetValue(_sheet) is { } file ? SheetPath(file) : null;
        var top = parse.GetValue(_top) is { } number ? Choice.Number(number, _top.Name, 1, SearchRequest.MaximumTop) : DefaultTop;
        var moments = parse.GetValue(_moments) is { } method ? Choice.Of<MomentMethod>(method, _moments.Name) : MomentMethod.Shots;
        var smoothing = parse.GetValue(_smoothing) is { } kind ? Choice.Of<SmoothingMethod>(kind, _smoothing.Name) : SmoothingMethod.Shot;

        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var request = new SearchRequest
        {
            Parts = await _query.ReadAsync(parse, archive.Search, Surroundings, cancellation),
            Filter = await _filter.ReadAsync(parse, archive.Search, Surroundings.Zone, cancellation),
            Top = top,
            Moments = moments,
            Smoothing = smoothing,
            Fold = parse.GetValue(_fold),
            Exact = parse.GetValue(_exact),
            Encoding = parse.GetValue(_encoding),
        };
        var answer = await archive.Search.SearchAsync(request, cancellation);
        var explain = parse.GetValue(_explain);
        // A person reads the table while clips are still being cut; a program gets one document at the end.
        if (!IsJson(parse))
        {
            MomentTable.Write(Terminal, answer, explain);
            Terminal.Out.Flush();
        }
        var clips = parse.GetValue(_clips) is { } directory ? FullPath(directory) : null;
        var written = await WrittenPictures.WriteAsync(archive.Search, answer.Moments, clips, sheet, Terminal, cancellation);
        if (IsJson(parse))
            JsonOutput.Write(Terminal.Out, SearchDocument.From(request, answer, written, explain), DocumentContext.Readable.SearchDocument);
        else
            written.Show(Terminal);
        return written.Failures > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
    }

    private string SheetPath(string file) => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png"
        ? FullPath(file)
        : throw new UsageException($"{_sheet.Name}: expected a file that ends in .jpg or .png, found '{file}'");
}
