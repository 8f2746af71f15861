using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Commands;

/// <summary>`videos`: what is known of each video.</summary>
internal sealed class VideosCommand : DocumentedCommand
{
    public VideosCommand(Surroundings surroundings)
        : base("videos", "List the videos of the archive, show one, forget one, or try failed ones again.",
            new("clustersearch videos list", "Every video and its state."),
            new("clustersearch videos show garden-walk.mp4", "One video: its facts, its shots, what they show."))
    {
        Add(new VideosListCommand(surroundings));
        Add(new VideosShowCommand(surroundings));
        Add(new VideosRemoveCommand(surroundings));
        Add(new VideosRetryCommand(surroundings));
    }
}

internal sealed class VideosListCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "list", "Every video and its state.",
    new("clustersearch videos list", "As a table."),
    new("clustersearch videos list --json", "As JSON."))
{
    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var videos = await archive.Search.ListVideosAsync(cancellation);
        var encoding = (await archive.Ingestion.StatusAsync(cancellation)).Encoding;
        Present(parse, new VideosDocument([.. videos.Select(VideoDocument.From)], encoding is null ? null : EncodingDocument.From(encoding)), DocumentContext.Readable.VideosDocument, Show);
        return ExitCodes.Done;
    }

    private void Show(VideosDocument document)
    {
        if (document.Videos.Count == 0)
        {
            Terminal.Out.WriteLine("no videos yet; `clustersearch ingest PATH` takes some in");
            return;
        }
        TextTable.Write(Terminal, ["video", "id", "length", "size", "state", "samples", "camera", "zone", "note"],
            [.. document.Videos.Select(v => (string[])[v.Video, v.VideoId[..12], Wording.Clock(v.Seconds), $"{v.Width}x{v.Height}", v.State == "ingesting" ? $"{v.State}, {Wording.Percent(v.Progress)} searchable" : v.State,
                Wording.Format($"{v.Samples:#,0}"), v.Camera ?? "", v.Zone ?? "", v.Note ?? ""])]);
    }
}

internal sealed class VideosShowCommand : ArchiveCommand
{
    private readonly Argument<string> _video;

    public VideosShowCommand(Surroundings surroundings)
        : base(surroundings, "show", "One video: its facts, its places, its shots and what they show.",
            new("clustersearch videos show garden-walk.mp4", "By its file name."),
            new("clustersearch videos show 1f0c9f3ed1c54c3b9d1f0a5e8f7a6b5c --json", "By its id, as JSON."))
    {
        _video = Positional<string>("VIDEO", ArgumentArity.ExactlyOne, "An id, a path or a unique file name.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var id = await archive.Search.ResolveVideoAsync(parse.GetRequiredValue(_video), cancellation);
        var detail = await archive.Search.ShowVideoAsync(id, cancellation);
        Present(parse, VideoDetailDocument.From(detail), DocumentContext.Readable.VideoDetailDocument, d => Show(d, detail));
        return ExitCodes.Done;
    }

    private void Show(VideoDetailDocument d, VideoDetail detail)
    {
        var (v, f) = (d.Video, d.Facts);
        var rate = f.FrameRate is null ? "" : Wording.Format($", {detail.Facts.FrameRate!.Value.Value:0.###} frames a second{(f.VariableFrameRate ? " on average, variable" : "")}");
        var turned = f.RotationDegrees != 0 ? $", turned by {f.RotationDegrees} degrees" : "";
        Line("Video", $"{v.Video}  {v.VideoId}");
        Line("State", v.Note is null ? v.State : $"{v.State}: {v.Note}");
        Line("Picture", $"{Wording.Clock(v.Seconds)}, {v.Width}x{v.Height}, {f.Codec}{rate}{turned}");
        Line("Samples", $"{Wording.Format($"{v.Samples:#,0}")} searchable, {Wording.Format($"{d.MissingSamples:#,0}")} missing, in {Wording.Count(d.Chunks, "chunk")}");
        if (f.Audio.Count + f.Subtitles.Count > 0) Line("Tracks", $"{f.Audio.Count} of sound, {f.Subtitles.Count} of subtitles");
        if (v.RecordedAt is { } recorded) Line("Recorded", Wording.Format($"{recorded:yyyy-MM-dd HH:mm:ss zzz}"));
        if (f.Timecode is { } timecode) Line("Timecode", timecode);
        if (v.Camera is { } camera) Line("Camera", camera);
        if (v.Zone is { } zone) Line("Zone", zone);
        foreach (var place in d.Places) Line("Place", place);
        if (d.Encodings.Count > 1)
        {
            foreach (var e in d.Encodings)
                Line(e.Active ? "Encoding" : "Beside", $"{e.Encoding.Describe()}: {e.State}, {Wording.Count(e.Samples, "sample")}");
        }
        foreach (var warning in d.Warnings) Line("Warning", warning);
        foreach (var shot in detail.Shots)
            Line("Shot", $"{Wording.Clock(shot.Start)} - {Wording.Clock(shot.End)}  {Wording.Labels(shot.Labels)}");
    }

    private void Line(string heading, string text) => Terminal.Out.WriteLine($"{heading,-9} {Wording.Safe(text)}".TrimEnd());
}

internal sealed class VideosRemoveCommand : ArchiveCommand
{
    private readonly Argument<string> _video;

    public VideosRemoveCommand(Surroundings surroundings)
        : base(surroundings, "remove", "Forget a video: catalogue, vectors and index. The footage itself is never touched.",
            new("clustersearch videos remove old.mp4", "By its file name."),
            new("clustersearch videos remove /footage/2019/old.mp4 --json", "By its path."))
    {
        _video = Positional<string>("VIDEO", ArgumentArity.ExactlyOne, "An id, a path or a unique file name.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var id = await archive.Search.ResolveVideoAsync(parse.GetRequiredValue(_video), cancellation);
        await archive.Ingestion.RemoveVideoAsync(id, cancellation);
        Present(parse, new RemovedDocument(id.Value), DocumentContext.Readable.RemovedDocument,
            d => Terminal.Out.WriteLine($"forgot {d.VideoId}; its footage was not touched"));
        return ExitCodes.Done;
    }
}

internal sealed class VideosRetryCommand : ArchiveCommand
{
    private readonly Argument<string?> _video;

    public VideosRetryCommand(Surroundings surroundings)
        : base(surroundings, "retry", "Make what failed pending again; the next ingest works on it.",
            new("clustersearch videos retry", "All videos."),
            new("clustersearch videos retry gate.mp4", "One video."))
    {
        _video = Positional<string?>("VIDEO", ArgumentArity.ZeroOrOne, "An id, a path or a unique file name. Default: all videos.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        VideoId? id = parse.GetValue(_video) is { } video ? await archive.Search.ResolveVideoAsync(video, cancellation) : null;
        var chunks = await archive.Ingestion.RetryAsync(id, cancellation);
        Present(parse, new RetryDocument(id?.Value, chunks), DocumentContext.Readable.RetryDocument,
            d => Terminal.Out.WriteLine($"{Wording.Count(d.Chunks, "chunk")} pending again; `clustersearch ingest PATH` works on them"));
        return ExitCodes.Done;
    }
}
