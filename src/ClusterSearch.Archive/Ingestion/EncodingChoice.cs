using ClusterSearch.Archive.Encodings;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// What a run embeds with: the archive's active encoding, or, for an empty archive, what was asked for. Anything else is
/// refused unless it is asked for beside the active one; what is not said is as there.
/// </summary>
internal static class EncodingChoice
{
    /// <exception cref="ClusterSearchException">archive.encoding when the archive's encoding is another than was asked for; request.invalid; model codes.</exception>
    public static async Task<(EncodingRecord Encoding, IImageTextModel Model)> ChooseAsync(
        ArchivePorts ports, ArchiveOptions options, IngestRequest request, CancellationToken cancellation)
    {
        var active = (await ports.Catalog.ActiveEncodingAsync(cancellation))?.Encoding;
        if (request.Paths.Count == 0 && (!request.Beside || active is null))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, "footage is needed: name files or folders; without any, --beside takes the videos that the archive knows");
        if (request.Beside && active is not null && request is { ModelDirectory: null, Precision: null, Sampling: null, Resize: null })
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"beside {EncodingLookup.Describe(active)} another model, precision, sampling or resize is needed; nothing else was asked for");
        var model = LoadModel(ports.Models, options, request, active);
        try
        {
            var encoding = new Encoding
            {
                ModelHash = model.Facts.Hash,
                ModelName = model.Facts.Name,
                ModelDirectory = model.Facts.Directory,
                Precision = model.Facts.Precision,
                Dimension = model.Facts.Dimension,
                Sampling = request.Sampling ?? active?.Sampling ?? Sampling.Default,
                Resize = request.Resize ?? active?.Resize ?? ResizeMode.Exact,
                Labels = model.Facts.Labels,
            };
            var isActive = active is null || active.Id == encoding.Id;
            if (!isActive && !request.Beside)
                throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                    $"{options.Directory} holds vectors of {EncodingLookup.Describe(active!)}, {EncodingLookup.Describe(encoding)} was asked for; "
                    + "vectors of different encodings never meet: use the archive's own settings, or ingest a second encoding beside the first with --beside");
            // Searching checks the text tower when it first needs it.
            Require(model.Check(ModelTowers.Image, force: false, cancellation), model.Facts);
            await ports.Catalog.PutEncodingAsync(encoding, cancellation);
            return (new EncodingRecord(encoding, isActive), model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Opens an encoding's model: where it was first used, else under its name on this machine, known by its hash.</summary>
    /// <exception cref="ClusterSearchException">model.not_found when it is not on this machine; model codes.</exception>
    public static IImageTextModel LoadModel(IModelLoader loader, ArchiveOptions options, Encoding encoding)
    {
        ClusterSearchException? refusal = null;
        foreach (var directory in Candidates(options, encoding))
        {
            try
            {
                var model = loader.Load(directory, options.Execution with { CacheDirectory = options.CacheDirectory, Precision = encoding.Precision });
                if (model.Facts.Hash == encoding.ModelHash) return model;
                model.Dispose();
            }
            catch (ClusterSearchException fault)
            {
                refusal ??= fault;
            }
        }
        throw refusal ?? new ClusterSearchException(ErrorCodes.ModelNotFound,
            $"{encoding.ModelDirectory}: the model of encoding {encoding.Id} ({encoding.ModelName}, {encoding.ModelHash[..12]}, {encoding.Precision}) is not there any more; "
            + $"put it back, or install it as {encoding.ModelName} in the folder of models");
    }

    /// <exception cref="ClusterSearchException">model.canary_failed, naming the first canary that did not hold.</exception>
    public static void Require(IReadOnlyList<CanaryResult> canaries, ModelFacts facts)
    {
        foreach (var canary in canaries)
            Telemetry.Canaries.Add(1, new KeyValuePair<string, object?>(Telemetry.Attributes.Outcome, canary.Ok ? "passed" : "failed"));
        if (canaries.FirstOrDefault(canary => !canary.Ok) is { } failed)
            throw new ClusterSearchException(ErrorCodes.ModelCanary, $"{facts.Directory}: the canary {failed.Name} failed: {failed.Reason}");
    }

    private static IImageTextModel LoadModel(IModelLoader loader, ArchiveOptions options, IngestRequest request, Encoding? active)
    {
        if (active is not null && request.ModelDirectory is null && (request.Precision is null || request.Precision == active.Precision))
            return LoadModel(loader, options, active);
        var directory = request.ModelDirectory ?? active?.ModelDirectory ?? options.DefaultModelDirectory;
        // The archive's own model by its path is the archive's own model.
        var precision = request.Precision ?? (directory == active?.ModelDirectory ? active.Precision : null);
        return loader.Load(directory, options.Execution with { CacheDirectory = options.CacheDirectory, Precision = precision });
    }

    private static IEnumerable<string> Candidates(ArchiveOptions options, Encoding encoding) =>
        options.ModelDirectories.Append(options.DefaultModelDirectory)
            .Where(directory => Path.GetFileName(directory) == encoding.ModelName)
            .Prepend(encoding.ModelDirectory)
            .Distinct(StringComparer.Ordinal).Where(Directory.Exists);
}
