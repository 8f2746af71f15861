using System.CommandLine;
using ClusterSearch.Cli.Hosting;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Cli.Commands;

/// <summary>`models`: which image-text models there are, and whether one can be trusted.</summary>
internal sealed class ModelsCommand : DocumentedCommand
{
    public ModelsCommand(Surroundings surroundings)
        : base("models", "List the models of this machine, or check one.",
            new("clustersearch models list", "Every model in the folder of models."),
            new("clustersearch models check ~/models/siglip-base", "Whether a model directory can be used, and how fast it is here."))
    {
        Add(new ModelsListCommand(surroundings));
        Add(new ModelsCheckCommand(surroundings));
    }
}

internal sealed class ModelsListCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "list",
    "Every model in the folder of models ($CLUSTERSEARCH_MODELS, else the one beside the program).",
    new("clustersearch models list", "As a table."),
    new("CLUSTERSEARCH_MODELS=~/models clustersearch models list --json", "Another folder, as JSON."))
{
    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var models = Surroundings.Models.List().Select(Describe).ToList();
        Present(parse, new ModelsDocument(Surroundings.Models.Root, models), DocumentContext.Readable.ModelsDocument, Show);
        return Task.FromResult(ExitCodes.Done);
    }

    private ModelDocument Describe(string directory)
    {
        try
        {
            using var model = Surroundings.Archives.Models.Load(directory, new ModelOptions());
            var facts = model.Facts;
            return new ModelDocument(facts.Name, directory, facts.Family, facts.Dimension, facts.Precision, facts.Hash, null);
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("model.", StringComparison.Ordinal))
        {
            return new ModelDocument(Path.GetFileName(directory), directory, null, null, null, null, new ErrorDetail(fault.Code, fault.Message));
        }
    }

    private void Show(ModelsDocument d)
    {
        if (d.Models.Count == 0)
        {
            Terminal.Out.WriteLine(d.Root is null ? $"no folder of models was found; {ModelDirectories.Variable} names one" : $"no models in {Wording.Safe(d.Root)}");
            return;
        }
        TextTable.Write(Terminal, ["model", "family", "dimension", "precision", "directory"],
            [.. d.Models.Select(m => (string[])[m.Name, m.Family ?? $"refused: {m.Error!.Message} ({m.Error.Code})",
                m.Dimension is { } dimension ? Wording.Format($"{dimension}") : "", m.Precision ?? "", m.Directory])]);
    }
}

internal sealed class ModelsCheckCommand : ArchiveCommand
{
    private readonly Argument<string> _directory;

    public ModelsCheckCommand(Surroundings surroundings)
        : base(surroundings, "check", "Load a model, run its canaries and time it. Exit code 1 when it is refused.",
            new("clustersearch models check starter", "A model of the folder of models, by name."),
            new("clustersearch models check ~/models/siglip-base --json", "Any model directory, as JSON."))
    {
        _directory = Positional<string>("DIR", ArgumentArity.ExactlyOne, "A model directory, or the name of one in the folder of models.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directory = Surroundings.Models.Resolve(parse.GetRequiredValue(_directory), Surroundings.WorkingDirectory);
        try
        {
            using var model = Surroundings.Archives.Models.Load(directory, new ModelOptions());
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
