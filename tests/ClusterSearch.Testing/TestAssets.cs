namespace ClusterSearch.Testing;

/// <summary>Where the test data lies. Footage and fixtures that the project does not ship are optional: ask <see cref="Missing"/>.</summary>
public static class TestAssets
{
    /// <summary>The folder that holds ClusterSearch.sln.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Samples => Path.Combine(Repository, "samples");

    public static string StarterModel => Path.Combine(Repository, "models", "starter");

    /// <summary>Data beside the repository, or where CLUSTERSEARCH_TEST_DATA says.</summary>
    public static string Shared { get; } =
        Environment.GetEnvironmentVariable("CLUSTERSEARCH_TEST_DATA") is { Length: > 0 } directory
            ? directory
            : Path.Combine(Repository, "..", "shared");

    public static string Clip(string name) => Path.Combine(Shared, "clips", name);

    public static string ModelFixture(string name) => Path.Combine(Shared, "models", "fixtures", name);

    /// <summary>Why a test must be skipped for want of this file or directory; null when it is there.</summary>
    public static string? Missing(string path) =>
        File.Exists(path) || Directory.Exists(path) ? null : $"needs {Path.GetFileName(path)}, which is not part of the repository (CLUSTERSEARCH_TEST_DATA names its folder)";

    private static string FindRepository()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "ClusterSearch.sln"))) return directory.FullName;
        throw new InvalidOperationException($"ClusterSearch.sln was not found above {AppContext.BaseDirectory}");
    }
}
