using ClusterSearch.Archive;

namespace ClusterSearch.Hosting;

/// <summary>Where roots of footage lie on this host, handed on as the variables by which an archive looks them up.</summary>
public static class RootMapping
{
    public static void Set(string root, string directory) => Environment.SetEnvironmentVariable(RootVariables.Exact(root), directory);

    /// <summary>Only those that nothing said more closely.</summary>
    public static void SetDefaults(IReadOnlyDictionary<string, string> roots)
    {
        foreach (var (root, directory) in roots)
            if (IsUnset(RootVariables.Exact(root)) && IsUnset(RootVariables.Of(root))) Set(root, directory);
    }

    private static bool IsUnset(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
