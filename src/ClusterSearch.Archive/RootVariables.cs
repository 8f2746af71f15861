namespace ClusterSearch.Archive;

/// <summary>Environment variables that say where a root of footage lies on this host.</summary>
public static class RootVariables
{
    /// <summary>As people set it: CLUSTERSEARCH_ROOT_NAME, in upper case and with other characters than letters and digits as _.</summary>
    public static string Of(string root) =>
        "CLUSTERSEARCH_ROOT_" + string.Concat(root.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));

    /// <summary>As a program sets it, which goes before the other: no two roots share one.</summary>
    public static string Exact(string root) => $"CLUSTERSEARCH_ROOT:{root}";
}
