namespace ClusterSearch.Cli.Hosting;

/// <summary>Where roots of footage lie on this host, handed on as the variables by which an archive looks them up.</summary>
internal static class RootMapping
{
    public static void Set(string root, string directory) => Environment.SetEnvironmentVariable(VariableOf(root), directory);

    /// <summary>Only those that nothing said more closely.</summary>
    public static void SetDefaults(IReadOnlyDictionary<string, string> roots)
    {
        foreach (var (root, directory) in roots)
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(VariableOf(root)))) Set(root, directory);
    }

    private static string VariableOf(string root) =>
        "CLUSTERSEARCH_ROOT_" + string.Concat(root.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
