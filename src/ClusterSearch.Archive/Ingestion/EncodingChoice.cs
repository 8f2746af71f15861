using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>What a run embeds with: the archive's active encoding, or, for an empty archive, what was asked for.</summary>
internal static class EncodingChoice
{
    /// <exception cref="ClusterSearchException">archive.encoding when the archive holds another encoding than was asked for; model codes.</exception>
    public static async Task<(EncodingRecord Encoding, IImageTextModel Model)> ChooseAsync(
        ArchivePorts ports, ArchiveOptions options, IngestRequest request, CancellationToken cancellation)
    {
        var active = await ports.Catalog.ActiveEncodingAsync(cancellation);
        var model = LoadModel(ports.Models, options, request.ModelDirectory, active?.Encoding);
        try
        {
            var encoding = new Encoding
            {
                ModelHash = model.Facts.Hash,
                ModelName = model.Facts.Name,
                ModelDirectory = model.Facts.Directory,
                Precision = model.Facts.Precision,
                Dimension = model.Facts.Dimension,
                Sampling = request.Sampling ?? active?.Encoding.Sampling ?? Sampling.Default,
                Resize = request.Resize ?? active?.Encoding.Resize ?? ResizeMode.Exact,
                Labels = model.Facts.Labels,
            };
            if (active is not null && active.Encoding.Id != encoding.Id)
                throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                    $"{options.Directory} holds vectors of {Describe(active.Encoding)}, {Describe(encoding)} was asked for; "
                    + "vectors of different encodings never meet: use the archive's own settings, or another --archive");
            // Searching checks the text tower when it first needs it.
            // On a thread that gives way, since the session's own threads inherit its priority.
            Require(YieldingThread.RunOnce("canaries", () => model.Check(ModelTowers.Image, force: false, cancellation)), model.Facts);
            await ports.Catalog.PutEncodingAsync(encoding, cancellation);
            return (new EncodingRecord(encoding, IsActive: true), model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Opens the model that an encoding names, or one that has the same hash.</summary>
    public static IImageTextModel LoadModel(IModelLoader loader, ArchiveOptions options, string? asked, Encoding? active)
    {
        var directory = asked ?? active?.ModelDirectory ?? options.DefaultModelDirectory;
        if (asked is null && active is not null && !Directory.Exists(directory)) directory = options.DefaultModelDirectory;
        var model = loader.Load(directory, new ModelOptions { CacheDirectory = options.CacheDirectory, Precision = asked is null ? active?.Precision : null });
        if (asked is null && active is not null && model.Facts.Hash != active.ModelHash)
        {
            model.Dispose();
            throw new ClusterSearchException(ErrorCodes.ModelNotFound,
                $"{active.ModelDirectory}: the model of this archive ({active.ModelName}, {active.ModelHash[..12]}) is not there any more; name its directory with --model");
        }
        return model;
    }

    /// <exception cref="ClusterSearchException">model.canary_failed, naming the first canary that did not hold.</exception>
    public static void Require(IReadOnlyList<CanaryResult> canaries, ModelFacts facts)
    {
        if (canaries.FirstOrDefault(canary => !canary.Ok) is { } failed)
            throw new ClusterSearchException(ErrorCodes.ModelCanary, $"{facts.Directory}: the canary {failed.Name} failed: {failed.Reason}");
    }

    private static string Describe(Encoding encoding) =>
        $"model {encoding.ModelName} ({encoding.ModelHash[..Math.Min(12, encoding.ModelHash.Length)]}, {encoding.Precision}) at {encoding.Sampling}, resize {encoding.Resize.ToString().ToLowerInvariant()}";
}
