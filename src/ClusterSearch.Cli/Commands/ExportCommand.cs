using System.CommandLine;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Cli.Vectors;

namespace ClusterSearch.Cli.Commands;

/// <summary>`export`: vectors for other programs.</summary>
internal sealed class ExportCommand : DocumentedCommand
{
    public ExportCommand(Surroundings surroundings)
        : base("export", "Write vectors as NumPy files.",
            new("clustersearch export vectors --video gate.mp4 --out gate.npy", "A video's vectors, with gate.json beside."),
            new("clustersearch export query \"a cat\" --out cat.npy", "A query's vector."))
    {
        Add(new ExportVectorsCommand(surroundings));
        Add(new ExportQueryCommand(surroundings));
    }

    /// <exception cref="UsageException">Another ending than .npy.</exception>
    public static string CheckedOutput(string path) => path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)
        ? path
        : throw new UsageException($"--out: expected a file that ends in .npy, found '{path}'");
}

internal sealed class ExportVectorsCommand : ArchiveCommand
{
    private readonly Option<string?> _video;
    private readonly Option<string?> _out;
    private readonly Option<bool> _raw;
    private readonly Option<bool> _smoothed;
    private readonly Option<string?> _encoding;

    public ExportVectorsCommand(Surroundings surroundings)
        : base(surroundings, "vectors", "Write a video's vectors as FILE.npy, float32 [samples, dimension], and FILE.json, which says what each row is.",
            new("clustersearch export vectors --video gate.mp4 --out gate.npy", "As the model gave them."),
            new("clustersearch export vectors --video gate.mp4 --out gate.npy --smoothed", "Smoothed within each shot."))
    {
        _video = Value("--video", "VIDEO", "An id, a path or a unique file name.");
        _video.Required = true;
        _out = Value("--out", "FILE", "The .npy file to write; the .json file stands beside it.");
        _out.Required = true;
        _raw = Flag("--raw", "As the model gave them, of length 1 (default).");
        _smoothed = Flag("--smoothed", "Smoothed within each shot.");
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.Description);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var smoothed = parse.GetValue(_smoothed);
        if (smoothed && parse.GetValue(_raw)) throw new UsageException("--raw and --smoothed exclude each other");
        var path = ExportCommand.CheckedOutput(FullPath(parse.GetRequiredValue(_out)!));
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var id = await archive.Search.ResolveVideoAsync(parse.GetRequiredValue(_video)!, cancellation);
        var export = await archive.Search.ExportVectorsAsync(id, smoothed, parse.GetValue(_encoding), cancellation);
        var summary = (await archive.Search.ListVideosAsync(cancellation)).First(v => v.Id == id);

        var sidecarPath = Path.ChangeExtension(path, ".json");
        await NpyFile.WriteAsync(path, export.Samples.Count, export.Dimension, export.Vectors, cancellation);
        using (var sidecar = new AtomicFile(sidecarPath))
        {
            JsonSerializer.Serialize(sidecar.Stream, VectorSidecarDocument.From(export, summary.FileName, smoothed), DocumentContext.Readable.VectorSidecarDocument);
            sidecar.Commit();
        }
        Present(parse, new ExportDocument(path, sidecarPath, [export.Samples.Count, export.Dimension], id.Value, export.EncodingId), DocumentContext.Readable.ExportDocument,
            d => Terminal.Out.WriteLine($"{Wording.Safe(d.File)}: {d.Shape[0]} x {d.Shape[1]}; {Wording.Safe(d.Sidecar!)} says what each row is"));
        return ExitCodes.Done;
    }
}

internal sealed class ExportQueryCommand : ArchiveCommand
{
    private readonly QueryOptions _query;
    private readonly Option<string?> _out;
    private readonly Option<string?> _encoding;

    public ExportQueryCommand(Surroundings surroundings)
        : base(surroundings, "query", "Write a query's vector as FILE.npy, float32 [1, dimension].",
            new("clustersearch export query \"a cat\" --out cat.npy", "Of a sentence."),
            new("clustersearch export query --image cat.jpg --out cat.npy", "Of a picture."))
    {
        _query = new QueryOptions(
            Positional<string[]>("TEXT", ArgumentArity.ZeroOrMore, "What to look for."),
            Values("--image", "FILE", "A picture of what to look for. May be repeated."),
            Values("--like", "VIDEO@TIME", "A moment of an ingested video. May be repeated."),
            Values("--not", "TEXT", "What to keep away from. May be repeated."),
            Values("--weight", "PART=W", "Weight of a part, as for search. Default: 1."));
        _out = Value("--out", "FILE", "The .npy file to write.");
        _out.Required = true;
        _encoding = Value(EncodingOption.Name, "ENCODING", EncodingOption.Description);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var path = ExportCommand.CheckedOutput(FullPath(parse.GetRequiredValue(_out)!));
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var request = new SearchRequest
        {
            Parts = await _query.ReadAsync(parse, archive.Search, Surroundings, cancellation),
            Encoding = parse.GetValue(_encoding),
        };
        var vector = await archive.Search.QueryVectorAsync(request, cancellation);
        NpyFile.Write(path, 1, vector.Length, vector);
        Present(parse, new ExportDocument(path, null, [1, vector.Length], null, null), DocumentContext.Readable.ExportDocument,
            d => Terminal.Out.WriteLine($"{Wording.Safe(d.File)}: {d.Shape[0]} x {d.Shape[1]}"));
        return ExitCodes.Done;
    }
}
