using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Cli.Commands;

internal sealed class ModelsCheckCommand : ArchiveCommand
{
    private readonly Argument<string> _directory;
    private readonly Option<string?> _precision;
    private readonly ExecutionOptions _execution;

    public ModelsCheckCommand(Surroundings surroundings)
        : base(surroundings, "check", "Load a model, run its canaries and time it. Exit code 1 when it is refused.",
            new("clustersearch models check starter", "A model of this machine, by name."),
            new("clustersearch models check ~/models/siglip-base --precision fp16 --provider cuda --json", "Any model directory on a graphics processor, as JSON."))
    {
        _directory = Positional<string>("DIR", ArgumentArity.ExactlyOne, "A model directory, or the name of a model of this machine.");
        _precision = Value("--precision", "NAME", "Precision variant: fp32, fp16, quantized, int8, … Default: by what the directory holds.");
        _execution = ExecutionOptions.AddTo(this);
    }

    protected override GatewayUse GatewayUse => GatewayUse.PassedOver;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directory = Surroundings.Models.Resolve(parse.GetRequiredValue(_directory), Surroundings.WorkingDirectory);
        var options = _execution.Read(parse) with { Precision = parse.GetValue(_precision) };
        try
        {
            using var model = Surroundings.Archives.Models.Load(directory, options);
            var canaries = await Task.Run(() => model.Check(ModelTowers.Both, force: true, cancellation), cancellation);
            var speed = canaries.All(c => c.Ok) ? ModelSpeed.Measure(model, Surroundings.Clock, cancellation) : default;
            var document = ModelCheckDocument.From(model, canaries, speed?.ImagesPerSecond, speed?.TextsPerSecond);
            Present(parse, document, DocumentContext.Readable.ModelCheckDocument, Show);
            return document.Ok ? ExitCodes.Done : ExitCodes.SomeFailed;
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("model.", StringComparison.Ordinal))
        {
            throw new ModelRefusedException(fault);
        }
    }

    private void Show(ModelCheckDocument d)
    {
        Terminal.Out.WriteLine(Wording.Safe($"{d.Name}: {d.Family}, {d.Dimension} dimensions, {d.ImageSize[0]}x{d.ImageSize[1]}, {d.Precision}, on {string.Join(", ", d.Providers)}"));
        foreach (var canary in d.Canaries)
            Terminal.Out.WriteLine(Wording.Safe($"  {(canary.Ok ? "ok     " : "REFUSED")}  {canary.Name}{(canary.Reason is null ? "" : $": {canary.Reason}")}"));
        if (d.ImagesPerSecond is { } images && d.TextsPerSecond is { } texts)
            Terminal.Out.WriteLine(Wording.Format($"{images:0.#} images a second, {texts:0.#} texts a second"));
        Terminal.Out.WriteLine(d.Ok ? "the model can be used" : "the model is refused");
    }
}
