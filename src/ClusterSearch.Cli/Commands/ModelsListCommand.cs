using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Pulling.Checkpoints;
using ClusterSearch.Pulling.Files;

namespace ClusterSearch.Cli.Commands;

internal sealed class ModelsListCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "list",
    "The encodings of the archive, the models of this machine (shipped, and installed in $CLUSTERSEARCH_MODELS), and the pinned list that `pull` knows.",
    new("clustersearch models list", "As tables."),
    new("CLUSTERSEARCH_MODELS=~/models clustersearch models list --json", "Another folder of installed models, as JSON."))
{
    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directories = Surroundings.Models.List();
        var origins = directories.ToDictionary(directory => directory, InstalledModel.Find, StringComparer.Ordinal);
        var document = new ModelsDocument(
            Surroundings.Models.Shipped, Surroundings.Models.Installed,
            [.. (await EncodingsAsync(parse, cancellation)).Select(EncodingProgressDocument.From)],
            [.. directories.Select(directory => Describe(directory, origins[directory]))],
            [.. CheckpointList.All.Select(checkpoint => PinnedModelDocument.From(checkpoint,
                [.. directories.Where(directory => origins[directory]?.Repository == checkpoint.Repository)]))]);
        Present(parse, document, DocumentContext.Readable.ModelsDocument, Show);
        return ExitCodes.Done;
    }

    /// <summary>Models are listed with or without an archive.</summary>
    private async Task<IReadOnlyList<EncodingProgress>> EncodingsAsync(ParseResult parse, CancellationToken cancellation)
    {
        try
        {
            await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
            return (await archive.Ingestion.StatusAsync(cancellation)).Encodings;
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("archive.", StringComparison.Ordinal))
        {
            if (fault.Code != ErrorCodes.ArchiveNotFound) Terminal.Error.WriteLine(Wording.Safe($"warning: {fault.Message} ({fault.Code})"));
            return [];
        }
    }

    private ModelDocument Describe(string directory, InstalledModel? origin)
    {
        var name = Path.GetFileName(directory);
        var revision = origin?.Commit ?? origin?.Revision;
        try
        {
            // Large models are hashed once: the memory of it lies in a hidden folder beside them.
            var cache = origin is null || Surroundings.Models.Installed is not { } installed ? null : Path.Combine(installed, ".cache");
            using var model = Surroundings.Archives.Models.Load(directory, new ModelOptions { CacheDirectory = cache });
            var facts = model.Facts;
            return new ModelDocument(name, directory, facts.Family, facts.Dimension, facts.Precision, facts.Hash, null, origin?.Repository, revision);
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("model.", StringComparison.Ordinal))
        {
            return new ModelDocument(name, directory, null, null, null, null, new ErrorDetail(fault.Code, fault.Message), origin?.Repository, revision);
        }
    }

    private void Show(ModelsDocument d)
    {
        if (d.Encodings.Count > 0)
        {
            Terminal.Out.WriteLine("Encodings of the archive");
            TextTable.Write(Terminal, ["id", "model", "precision", "sampling", "resize", "used", "videos", "samples"],
                [.. d.Encodings.Select(e => (string[])[e.Id, e.Model, e.Precision, e.Sampling, e.Resize, e.Active ? "by searches" : "",
                    $"{e.CompleteVideos} of {e.TotalVideos}", Wording.Format($"{e.Samples:#,0}")])]);
        }
        Terminal.Out.WriteLine("Models of this machine");
        if (d.Models.Count == 0)
            Terminal.Out.WriteLine(d.Installed is null ? $"  none; {ModelDirectories.Variable} names a folder of models" : $"  none in {Wording.Safe(d.Installed)}");
        else
            TextTable.Write(Terminal, ["model", "family", "dimension", "precision", "directory"],
                [.. d.Models.Select(m => (string[])[m.Name, m.Family ?? $"refused: {m.Error!.Message} ({m.Error.Code})",
                    m.Dimension is { } dimension ? Wording.Format($"{dimension}") : "", m.Precision ?? "", m.Directory])]);
        Terminal.Out.WriteLine("To be had by `clustersearch models pull NAME`");
        TextTable.Write(Terminal, ["name", "family", "dimension", "licence", "installed as", "note"],
            [.. d.Pinned.Select(p => (string[])[p.Name, p.Family, Wording.Format($"{p.Dimension}"), p.Licence,
                string.Join(", ", p.Installed.Select(path => Path.GetFileName(path))), p.Note])]);
    }
}
