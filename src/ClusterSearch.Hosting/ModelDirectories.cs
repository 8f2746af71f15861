namespace ClusterSearch.Hosting;

/// <summary>
/// Where models lie on this machine: those that ship with the program, in a folder "models" beside it or above it, and those
/// that were installed, in $CLUSTERSEARCH_MODELS, else $XDG_DATA_HOME/clustersearch/models, else
/// ~/.local/share/clustersearch/models. A model is named by its path or by its folder's name there; an installed one hides a
/// shipped one of the same name.
/// </summary>
public sealed class ModelDirectories(string? shipped, string? installed = null)
{
    public const string Variable = "CLUSTERSEARCH_MODELS";

    /// <summary>Null where none was found.</summary>
    public string? Shipped { get; } = shipped;

    /// <summary>Where `models pull` puts models; made by the first one. Null where not even a home directory is known.</summary>
    public string? Installed { get; } = installed;

    public string? Starter => Find("starter") ?? (Shipped is null ? null : Path.Combine(Shipped, "starter"));

    private IEnumerable<string> Folders => new[] { Installed, Shipped }.OfType<string>().Distinct(StringComparer.Ordinal);

    public static ModelDirectories Find(Func<string, string?> variable, string programDirectory) =>
        new(FindShipped(programDirectory), FindInstalled(variable));

    /// <summary>As the running program finds them.</summary>
    public static ModelDirectories OfThisProgram() => Find(Environment.GetEnvironmentVariable, AppContext.BaseDirectory);

    /// <returns>An absolute path, whether or not there is anything: the loader says what is missing.</returns>
    public string Resolve(string nameOrPath, string workingDirectory)
    {
        var path = Path.GetFullPath(nameOrPath, workingDirectory);
        return Directory.Exists(path) || nameOrPath.IndexOfAny(['/', '\\']) >= 0 ? path : Find(nameOrPath) ?? path;
    }

    /// <summary>Every model directory, installed ones first, each kind in order of name.</summary>
    public IReadOnlyList<string> List() =>
        [.. Folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateDirectories(folder).Where(IsModel).Order(StringComparer.Ordinal))
            .DistinctBy(path => Path.GetFileName(path), StringComparer.Ordinal)];

    private string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);

    private static string? FindShipped(string programDirectory)
    {
        for (var directory = new DirectoryInfo(programDirectory); directory is not null; directory = directory.Parent)
        {
            var models = Path.Combine(directory.FullName, "models");
            if (Directory.Exists(Path.Combine(models, "starter"))) return models;
        }
        return null;
    }

    private static string? FindInstalled(Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } named) return Path.GetFullPath(named);
        // A relative one counts as unset, as the specification of these variables says.
        if (variable("XDG_DATA_HOME") is { Length: > 0 } data && Path.IsPathRooted(data)) return Path.Combine(data, "clustersearch", "models");
        return variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "share", "clustersearch", "models") : null;
    }

    /// <summary>Hidden folders hold what is being fetched.</summary>
    private static bool IsModel(string directory) =>
        !Path.GetFileName(directory.AsSpan()).StartsWith('.')
        && (File.Exists(Path.Combine(directory, "config.json")) || Directory.Exists(Path.Combine(directory, "onnx")));
}
