using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`models use`: which encoding searches use.</summary>
internal sealed class ModelsUseCommand : ArchiveCommand
{
    private readonly Argument<string> _encoding;
    private readonly Option<bool> _force;

    public ModelsUseCommand(Surroundings surroundings)
        : base(surroundings, "use", "Make searches use another encoding that was ingested beside the present one. Refused while videos are missing from it.",
            new("clustersearch models use clip-vit-base-patch32", "By its model, where the archive holds one encoding of it."),
            new("clustersearch models use 1f0c9f3ed1c5 --force", "By its id, though videos are missing from it."))
    {
        _encoding = Positional<string>("ENCODING", ArgumentArity.ExactlyOne, EncodingOption.What);
        _force = Flag("--force", "Also while videos are missing from it: searches then do without them, and say so.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var use = await archive.Ingestion.UseEncodingAsync(EncodingOption.Normalize(parse.GetRequiredValue(_encoding)), parse.GetValue(_force), cancellation);
        Present(parse, EncodingUseDocument.From(use), DocumentContext.Readable.EncodingUseDocument, Show);
        return ExitCodes.Done;
    }

    private void Show(EncodingUseDocument d)
    {
        Terminal.Out.WriteLine(d.Active.Id == d.Before.Id ? $"searches use {d.Active.Describe()} already" : $"searches use {d.Active.Describe()} now, {d.Before.Describe()} before");
        if (d.MissingVideos > 0) Terminal.Out.WriteLine($"{d.MissingVideos} of {Wording.Count(d.Videos, "video")} are missing from it; `clustersearch ingest --beside` with its settings goes on");
        else if (d.Active.Id != d.Before.Id) Terminal.Out.WriteLine($"`clustersearch models drop {d.Before.Id}` frees what the old one takes");
    }
}
