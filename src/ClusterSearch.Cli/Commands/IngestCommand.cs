using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Commands;

/// <summary>`ingest`: footage in.</summary>
internal class IngestCommand : ArchiveCommand
{
    private const int MaximumWorkers = 1024;

    private readonly Argument<string[]> _paths;
    private readonly Option<string?> _rate;
    private readonly Option<string?> _sampling;
    private readonly Option<string?> _resize;
    private readonly Option<string?> _hardware;
    private readonly Option<string?> _chunkDuration;
    private readonly Option<string?> _camera;
    private readonly Option<string?> _zone;
    private readonly Option<string?> _recordedAt;
    private readonly Option<string?> _model;
    private readonly Option<string?> _workers;
    private readonly Option<string?> _precision;
    private readonly Option<bool> _beside;
    private readonly Option<bool> _mixed;
    private readonly Option<string?> _priority;
    private readonly Option<string?> _order;
    private readonly Option<bool> _detach;
    private readonly ExecutionOptions _execution;

    public IngestCommand(Surroundings surroundings)
        : this(surroundings, "ingest", "Take footage in: every video below the paths becomes searchable. Run it again to go on after an interruption; what is unchanged is skipped.",
            "PATH", ArgumentArity.ZeroOrMore, "Files and folders of footage. With --beside none are needed: every known video is taken from where it lies.",
            new("clustersearch ingest ~/footage", "Everything below a folder, one sample a second."),
            new("clustersearch ingest gate.mp4 --camera gate --recorded-at 2026-11-23T06:00", "One recording of a camera, with its wall-clock time."),
            new("clustersearch ingest /mnt/tapes --sampling keyframes --workers 4", "Key frames alone: tens of times faster."),
            new("clustersearch ingest ~/footage --model siglip-base-patch16-224 --provider cuda --device 0,1", "By a full model on two graphics processors."),
            new("clustersearch ingest /mnt/tapes --catalog \"Host=db;Database=footage\" --priority 5 --detach", "Registered for `work` processes, ahead of other footage."),
            new("clustersearch ingest ~/footage tapes:april --gateway http://archive:8420", "Through a gateway: a folder of this machine is sent, one below the gateway's root \"tapes\" is taken from there."),
            new("clustersearch ingest --beside --model clip-vit-base-patch32", "All known footage once more, by another model, while searches go on in the present one."))
    {
    }

    /// <summary>For a command that ingests in its own way, with the same options.</summary>
    protected IngestCommand(
        Surroundings surroundings, string name, string description, string pathName, ArgumentArity pathArity, string pathDescription, params Example[] examples)
        : base(surroundings, name, description, examples)
    {
        _paths = Positional<string[]>(pathName, pathArity, pathDescription);
        _rate = Value("--rate", "R", "Samples a second, such as 1, 0.5 or 30000/1001, or 'native' for every frame. Default: the archive's, else 1.");
        _sampling = Value("--sampling", "grid|keyframes|native", "A uniform grid, key frames alone, or every frame. Default: the archive's, else grid.");
        _resize = Value("--resize", "exact|fast", "exact: the model's own resize; fast: scaled while decoding, a little less exact. Default: the archive's, else exact.");
        _hardware = Value("--hwaccel", "NAME", "Decode with hardware, by ffmpeg's name: auto, cuda, vaapi, … Default: the processor.");
        _chunkDuration = Value("--chunk-duration", "D", "Footage a piece of work holds, 1s to 24h; results do not depend on it. Default: 10m.");
        _camera = Value("--camera", "NAME", "The camera that took this footage, for filters.");
        _zone = Value("--zone", "NAME", "The zone that this footage shows, for filters.");
        _recordedAt = Value("--recorded-at", "T", "Wall-clock time of the first frame, ISO 8601; local where no zone is given. Default: the file's own creation time.");
        _model = Value("--model", "DIR", "Model directory, or the name of a model of this machine. Default: the archive's, else the starter.");
        _precision = Value("--precision", "NAME", "Precision variant of the model: fp32, fp16, quantized, int8, … Default: the archive's, else by what the model holds.");
        _execution = ExecutionOptions.AddTo(this);
        _beside = Flag("--beside", "Where model, precision, rate, sampling or resize differ from the archive's: take a second encoding in beside the first, which goes on being searched until `models use`.");
        _workers = Value("--workers", "N", "Pieces worked on at once; 0 chooses by the cores. Default: 0.");
        _mixed = Flag("--allow-mixed-encoders", "Let a video be finished by another runtime or processor kind than it was begun with.");
        _priority = Value("--priority", "N", "How urgent this footage is, -1000 to 1000; higher comes first. Default: as it was, else 0.");
        _order = Value("--order", "fair|earliest", "fair: all videos advance together; earliest: one after the other is finished. Where `work` processes work they are asked for it instead. Default: fair.");
        _detach = Flag("--detach", "Where `work` processes work: return as soon as everything is registered.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var gateway = GatewayOf(parse);
        var request = gateway is null ? ReadRequest(parse) : ReadRequestToSend(parse);
        await using var archive = await OpenAsync(parse, OpenMode.Create, cancellation, Execution(parse));
        IngestReport report;
        try
        {
            report = await IngestDisplay.RunAsync(Terminal, IsJson(parse), Surroundings.Clock,
                progress => archive.Ingestion.IngestAsync(request, progress, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Terminal.Error.WriteLine(gateway is not null ? "what the gateway has goes on without this command; `clustersearch status --watch` shows it"
                : (await IsSharedAsync(archive))
                ? "what was registered is worked on by the workers without this command; `clustersearch status --watch` shows it, `clustersearch pause` halts it"
                : "what was finished is kept; the same command goes on from there");
            throw;
        }
        foreach (var warning in report.Warnings) Terminal.Error.WriteLine($"warning: {Wording.Fault(warning)}");
        foreach (var failure in report.Failures) Terminal.Error.WriteLine(Wording.Fault(failure));
        Present(parse, IngestDocument.From(report), DocumentContext.Readable.IngestDocument, Show);
        return report.Failures.Count > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
    }

    protected ModelOptions Execution(ParseResult parse) => _execution.Read(parse);

    private static async Task<bool> IsSharedAsync(ArchiveHost archive)
    {
        try
        {
            return (await archive.Working.StatusAsync(CancellationToken.None)).IsShared;
        }
        catch (ClusterSearchException)
        {
            // Only a catalogue that is shared can be away.
            return true;
        }
    }

    /// <summary>Through a gateway: how footage is taken in is the archive's own business, and settings of this machine say nothing of it.</summary>
    private IngestRequest ReadRequestToSend(ParseResult parse)
    {
        foreach (var option in (IEnumerable<Option>)[_rate, _sampling, _resize, _hardware, _chunkDuration, _model, _precision, _beside, _workers, _mixed, _order, .. _execution.All])
            if (parse.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name}: how footage is taken in is chosen where the archive lies, not through a gateway; leave it out");
        var paths = parse.GetValue(_paths) ?? [];
        if (paths.Length == 0) throw new UsageException("footage is needed: files and folders of this machine, which are sent, or ROOT:PATH below a root of the gateway");
        return new IngestRequest
        {
            Paths = [.. paths.Select(path => IsBelowRoot(path) ? path : FullPath(path))],
            Camera = NotBlank(parse, _camera),
            Zone = NotBlank(parse, _zone),
            RecordedAt = ReadRecordedAt(parse),
            Priority = ReadPriority(parse),
            Detach = parse.GetValue(_detach),
        };
    }

    private bool IsBelowRoot(string path) => path.IndexOf(':', StringComparison.Ordinal) > 0 && !Path.IsPathRooted(path) && !Path.Exists(FullPath(path));

    private DateTimeOffset? ReadRecordedAt(ParseResult parse) => parse.GetValue(_recordedAt) is { } date ? DateSyntax.Parse(date, _recordedAt.Name, Surroundings.Zone) : null;

    private int? ReadPriority(ParseResult parse) => parse.GetValue(_priority) is { } priority ? Choice.Number(priority, _priority.Name, -1000, 1000) : null;

    protected IngestRequest ReadRequest(ParseResult parse)
    {
        var paths = parse.GetValue(_paths) ?? [];
        if (paths.Length == 0 && !parse.GetValue(_beside)) throw new UsageException("footage is needed: name files or folders; without any, --beside takes the videos that the archive knows");
        var chunkDuration = Setting(parse, _chunkDuration, "chunkDuration");
        var workers = Setting(parse, _workers, "workers");
        var resize = Setting(parse, _resize, "resize");
        return new IngestRequest
        {
            Paths = [.. paths.Select(FullPath)],
            Beside = parse.GetValue(_beside),
            Precision = parse.GetValue(_precision),
            Sampling = SamplingChoice.Parse(parse.GetValue(_rate), parse.GetValue(_sampling)),
            Resize = resize is { } r ? Choice.Of<ResizeMode>(r.Value, r.Source) : null,
            HardwareAcceleration = Setting(parse, _hardware, "hwaccel")?.Value,
            ChunkDuration = chunkDuration is { } c ? ReadChunkDuration(c.Value, c.Source) : ChunkPlan.DefaultChunkDuration,
            Camera = NotBlank(parse, _camera),
            Zone = NotBlank(parse, _zone),
            RecordedAt = ReadRecordedAt(parse),
            ModelDirectory = Setting(parse, _model, "model") is { } model ? Surroundings.Models.Resolve(model.Value, Surroundings.WorkingDirectory) : null,
            Workers = workers is { } w ? Choice.Number(w.Value, w.Source, 0, MaximumWorkers) : 0,
            AllowMixedEncoders = parse.GetValue(_mixed),
            Priority = ReadPriority(parse),
            Order = OrderSyntax.Parse(parse.GetValue(_order), _order.Name),
            Detach = parse.GetValue(_detach),
        };
    }

    protected static TimeSpan ReadChunkDuration(string text, string source)
    {
        var seconds = TimeSyntax.Parse(text, source);
        if (seconds < ChunkPlan.MinimumChunkDuration.TotalSeconds || seconds > ChunkPlan.MaximumChunkDuration.TotalSeconds)
            throw new UsageException($"{source}: a piece of work holds from 1s to 24h, found '{text}'");
        return TimeSpan.FromSeconds(seconds);
    }

    private static string? NotBlank(ParseResult parse, Option<string?> option) => parse.GetValue(option) switch
    {
        null => null,
        var text when string.IsNullOrWhiteSpace(text) => throw new UsageException($"{option.Name}: expected a name, found nothing"),
        var text => text,
    };

    private void Show(IngestDocument d)
    {
        var speed = d.TimesRealTime is { } times && d.Seconds > 0 ? Wording.Format($", {times:0.#} × real time") : "";
        Terminal.Out.WriteLine($"{Wording.Count(d.Files, "file")}: {d.Added} added, {d.Unchanged} unchanged, {d.Moved} moved, {d.Failures.Count} failed");
        Terminal.Out.WriteLine($"{Wording.Count(d.Samples, "sample")} of {Wording.Footage(d.Seconds)} of footage in {Wording.Elapsed(d.ElapsedSeconds * 1000)}{speed}");
        if (d.Encoding is { Active: false } beside)
            Terminal.Out.WriteLine(Wording.Safe($"encoding {beside.Id} ({beside.Model} at {beside.Sampling}) holds {beside.CompleteVideos} of {Wording.Count(beside.TotalVideos, "video")} beside the one that searches use; ")
                + (beside.CompleteVideos >= beside.TotalVideos ? $"`clustersearch models use {beside.Id}` switches to it" : "the same command goes on"));
    }
}
