using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`models drop`: an encoding goes.</summary>
internal sealed class ModelsDropCommand : ArchiveCommand
{
    private readonly Argument<string> _encoding;

    public ModelsDropCommand(Surroundings surroundings)
        : base(surroundings, "drop", "Remove an encoding that searches do not use: its part of the catalogue, its index, its vectors. The model's own files and the footage are not touched.",
            new("clustersearch models drop 1f0c9f3ed1c5", "By its id."),
            new("clustersearch models drop starter --json", "By its model, where the archive holds one encoding of it, as JSON."))
    {
        _encoding = Positional<string>("ENCODING", ArgumentArity.ExactlyOne, EncodingOption.What);
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Write, cancellation);
        var dropped = await archive.Ingestion.DropEncodingAsync(EncodingOption.Normalize(parse.GetRequiredValue(_encoding)), cancellation);
        Present(parse, EncodingDropDocument.From(dropped), DocumentContext.Readable.EncodingDropDocument,
            d => Terminal.Out.WriteLine($"dropped {d.Dropped.Describe()}: {Wording.Count(d.Samples, "sample")} of {Wording.Count(d.Videos, "video")}"));
        return ExitCodes.Done;
    }
}
