namespace ClusterSearch.Cli.Hosting;

/// <summary>
/// Where models lie on this machine: $CLUSTERSEARCH_MODELS, else the folder "models" with the starter in it, beside the
/// program or above it. A model is named by its path or by its folder's name there.
/// </summary>
internal sealed class ModelDirectories(string? root)
{
    public const string Variable = "CLUSTERSEARCH_MODELS";

    /// <summary>Null where no folder of models was found.</summary>
    public string? Root { get; } = root;

    public string? Starter => Root is null ? null : Path.Combine(Root, "starter");

    public static ModelDirectories Find(Func<string, string?> variable, string programDirectory)
    {
        if (variable(Variable) is { Length: > 0 } named) return new ModelDirectories(Path.GetFullPath(named));
        for (var directory = new DirectoryInfo(programDirectory); directory is not null; directory = directory.Parent)
        {
            var models = Path.Combine(directory.FullName, "models");
            if (Directory.Exists(Path.Combine(models, "starter"))) return new ModelDirectories(models);
        }
        return new ModelDirectories(null);
    }

    /// <summary>As the running program finds them.</summary>
    public static ModelDirectories OfThisProgram() => Find(Environment.GetEnvironmentVariable, AppContext.BaseDirectory);

    /// <returns>An absolute path, whether or not there is anything: the loader says what is missing.</returns>
    public string Resolve(string nameOrPath, string workingDirectory)
    {
        var path = Path.GetFullPath(nameOrPath, workingDirectory);
        if (Directory.Exists(path) || Root is null || nameOrPath.IndexOfAny(['/', '\\']) >= 0) return path;
        var named = Path.Combine(Root, nameOrPath);
        return Directory.Exists(named) ? named : path;
    }

    /// <summary>Every model directory below the root, in order of name.</summary>
    public IReadOnlyList<string> List() => Root is null || !Directory.Exists(Root)
        ? []
        : [.. Directory.EnumerateDirectories(Root).Where(IsModel).Order(StringComparer.Ordinal)];

    private static bool IsModel(string directory) =>
        File.Exists(Path.Combine(directory, "config.json")) || Directory.Exists(Path.Combine(directory, "onnx"));
}
