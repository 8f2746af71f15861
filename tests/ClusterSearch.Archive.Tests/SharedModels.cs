using System.Collections.Concurrent;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>
/// Lends one loaded model to every archive of this run, since a model is safe for many threads and loading one costs more than
/// embedding a short clip. How models load, and what their canaries say, is tested elsewhere.
/// </summary>
internal sealed class SharedModels(IModelLoader inner) : IModelLoader
{
    private static readonly TemporaryDirectory Cache = new();
    private readonly ConcurrentDictionary<(string Directory, string? Precision, int Threads), Lazy<IImageTextModel>> _loaded = [];

    public IImageTextModel Load(string directory, ModelOptions options)
    {
        // A model that is not the repository's own may be changed by its test.
        if (Path.GetFullPath(directory) != Path.GetFullPath(TestAssets.StarterModel)) return inner.Load(directory, options);
        var key = (directory, options.Precision, options.IntraOpThreads);
        return new Lent(_loaded.GetOrAdd(key, _ => new Lazy<IImageTextModel>(() => inner.Load(directory, options with { CacheDirectory = Cache.Path }))).Value);
    }

    private sealed class Lent(IImageTextModel model) : IImageTextModel
    {
        public ModelFacts Facts => model.Facts;

        public string EncoderFingerprint => model.EncoderFingerprint;

        public string Device => model.Device;

        public IImageEncoder Images => model.Images;

        public ITextEncoder Texts => model.Texts;

        public IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation) => model.Check(towers, force, cancellation);

        public void Dispose()
        {
            // Another archive may be using it.
        }
    }
}
