using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding;

namespace ClusterSearch.Benchmarks;

/// <summary>The starter of this repository, the families' fixtures where CLUSTERSEARCH_TEST_DATA or ../shared has them, and pictures.</summary>
internal static class Models
{
    private static readonly string s_repository = FindRepository();

    public static string Samples => Path.Combine(s_repository, "samples");

    public static string SharedClips => Path.Combine(Shared, "clips");

    /// <summary>"starter", and the fixtures that are there.</summary>
    public static IEnumerable<string> Names =>
        new[] { "starter", "clip-tiny", "siglip-tiny", "siglip2-tiny", "chinese-clip-tiny" }.Where(name => Directory.Exists(DirectoryOf(name)));

    public static IImageTextModel Load(string name, ModelOptions? options = null) => new ModelLoader().Load(DirectoryOf(name), options ?? new ModelOptions());

    public static string DirectoryOf(string name) =>
        name == "starter" ? Path.Combine(s_repository, "models", "starter") : Path.Combine(Shared, "models", "fixtures", name);

    /// <summary>Noise: the resize does not look at what it weighs.</summary>
    public static RgbImage Picture(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static string Shared =>
        Environment.GetEnvironmentVariable("CLUSTERSEARCH_TEST_DATA") is { Length: > 0 } directory ? directory : Path.Combine(s_repository, "..", "shared");

    private static string FindRepository()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "ClusterSearch.sln"))) return directory.FullName;
        throw new InvalidOperationException($"ClusterSearch.sln was not found above {AppContext.BaseDirectory}");
    }
}
