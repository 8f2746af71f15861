using System.Text.Json;

namespace ClusterSearch.Hosting;

/// <summary>
/// Values that may stand in the environment or in a file instead of on the command line. Order: option, then
/// CLUSTERSEARCH_… variable, then the file that $CLUSTERSEARCH_CONFIG names, else clustersearch.json in the working
/// directory. A relative path in the file counts from the file.
/// </summary>
public sealed class Settings(Func<string, string?> variable, string workingDirectory)
{
    public const string FileName = "clustersearch.json";
    public const string FileVariable = "CLUSTERSEARCH_CONFIG";

    /// <summary>Every setting by its name in the file, and whether it is a path.</summary>
    public static readonly IReadOnlyDictionary<string, bool> Known = new Dictionary<string, bool>(StringComparer.Ordinal)
    {
        ["archive"] = true,
        ["catalog"] = false,
        ["vectors"] = false,
        ["gateway"] = false,
        ["key"] = false,
        ["model"] = false,
        ["workers"] = false,
        ["chunkDuration"] = false,
        ["resize"] = false,
        ["hwaccel"] = false,
        ["stallTimeout"] = false,
        // Of the cluster's members.
        ["clusterId"] = false,
        ["address"] = false,
        ["tlsCertificate"] = true,
        ["tlsKey"] = true,
        ["tlsAuthority"] = true,
        ["urls"] = false,
    };

    /// <summary>The one setting that is an object: directories of this host by the names of roots.</summary>
    private const string RootsName = "roots";

    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _file;

    /// <summary>Where roots lie on this host, as the file says; absolute.</summary>
    /// <exception cref="UsageException">The file cannot be read as what it should be.</exception>
    public IReadOnlyDictionary<string, string> Roots
    {
        get
        {
            _file ??= ReadFile();
            return _roots;
        }
    }

    /// <summary>"chunkDuration" is CLUSTERSEARCH_CHUNK_DURATION.</summary>
    public static string VariableName(string setting) =>
        "CLUSTERSEARCH_" + string.Concat(setting.Select(c => char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    /// <returns>Null when the setting stands nowhere. Source names where it stands, for a message.</returns>
    /// <exception cref="UsageException">The file cannot be read as what it should be.</exception>
    public (string Value, string Source)? Find(string setting)
    {
        var name = VariableName(setting);
        if (variable(name) is { Length: > 0 } value) return (value, name);
        _file ??= ReadFile();
        return _file.TryGetValue(setting, out var stated) ? (stated, $"'{setting}' in {FilePath()}") : null;
    }

    private string FilePath() => Path.GetFullPath(variable(FileVariable) is { Length: > 0 } named ? named : FileName, workingDirectory);

    private Dictionary<string, string> ReadFile()
    {
        var path = FilePath();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return variable(FileVariable) is { Length: > 0 }
                ? throw new UsageException($"{FileVariable}: there is no file {path}")
                : values;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new UsageException($"{path}: expected one JSON object of settings");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == RootsName)
                {
                    ReadRoots(path, property.Value);
                    continue;
                }
                if (!Known.TryGetValue(property.Name, out var isPath))
                    throw new UsageException($"{path}: no setting is called '{property.Name}'; there are {string.Join(", ", Known.Keys)}, {RootsName}");
                if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                    throw new UsageException($"{path}: '{property.Name}' is a text or a number");
                var value = property.Value.ToString();
                // A model may be named by its folder's name alone, so only what looks like a path is one.
                if (isPath || (property.Name == "model" && value.Contains('/', StringComparison.Ordinal)))
                    value = Path.GetFullPath(value, Path.GetDirectoryName(path)!);
                values[property.Name] = value;
            }
        }
        catch (JsonException fault)
        {
            throw new UsageException($"{path}: not JSON, line {fault.LineNumber + 1}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {fault.Message}");
        }
        return values;
    }

    private void ReadRoots(string path, JsonElement roots)
    {
        if (roots.ValueKind != JsonValueKind.Object) throw new UsageException($"{path}: '{RootsName}' is an object of directories by the names of roots");
        foreach (var root in roots.EnumerateObject())
        {
            if (root.Value.ValueKind != JsonValueKind.String) throw new UsageException($"{path}: '{RootsName}' has no directory for '{root.Name}'");
            _roots[root.Name] = Path.GetFullPath(root.Value.GetString()!, Path.GetDirectoryName(path)!);
        }
    }
}
