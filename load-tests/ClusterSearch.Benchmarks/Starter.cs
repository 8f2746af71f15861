using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding;

namespace ClusterSearch.Benchmarks;

/// <summary>The starter model of this repository, and pictures for it.</summary>
internal static class Starter
{
    public static string Directory { get; } = Find();

    public static IImageTextModel Load(ModelOptions? options = null) => new ModelLoader().Load(Directory, options ?? new ModelOptions());

    /// <summary>Noise: the resize does not look at what it weighs.</summary>
    public static RgbImage Picture(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "ClusterSearch.sln"))) return Path.Combine(directory.FullName, "models", "starter");
        throw new InvalidOperationException($"ClusterSearch.sln was not found above {AppContext.BaseDirectory}");
    }
}
