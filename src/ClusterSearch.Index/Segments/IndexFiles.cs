namespace ClusterSearch.Index.Segments;

/// <summary>Names of files in an encoding's directory. Each is used once, so that none is ever taken for another.</summary>
internal static class IndexFiles
{
    public const string SegmentSuffix = ".seg";
    public const string ManifestSuffix = ".manifest";

    /// <summary>The manifest of releases that had no register: the current one as long as the register names none.</summary>
    public const string OldManifest = "manifest.json";

    private const string OldTemporary = OldManifest + ".tmp";

    public static string NewName(long generation, string suffix) => $"{generation:D12}-{Guid.NewGuid():N}{suffix}";

    /// <summary>The index's own files in a directory; none when it is not there.</summary>
    public static IReadOnlyList<string> List(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).Where(IsOwn)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Reading(fault, directory);
        }
    }

    /// <summary>Deletes a file that nothing names any more.</summary>
    /// <returns>False when it is still there: on some systems a reader that holds it hinders.</returns>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsOwn(string name) =>
        name.EndsWith(SegmentSuffix, StringComparison.Ordinal) || name.EndsWith(ManifestSuffix, StringComparison.Ordinal) || name is OldManifest or OldTemporary;
}
