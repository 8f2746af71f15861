namespace ClusterSearch.Embedding.Graphs;

/// <summary>The kind of a graphics processor, as NVIDIA's driver names it.</summary>
internal static class GraphicsProcessor
{
    private const string DriverDirectory = "/proc/driver/nvidia/gpus";

    /// <returns>For example "NVIDIA A10"; "device N" where the driver does not say.</returns>
    public static string Name(int deviceId)
    {
        try
        {
            var directories = Directory.Exists(DriverDirectory) ? Directory.GetDirectories(DriverDirectory) : [];
            Array.Sort(directories, StringComparer.Ordinal);
            if (deviceId >= 0 && deviceId < directories.Length)
                foreach (var line in File.ReadLines(Path.Combine(directories[deviceId], "information")))
                    if (line.StartsWith("Model:", StringComparison.Ordinal)) return line["Model:".Length..].Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A container may hide the directory.
        }

        return $"{Unknown} {deviceId}";
    }

    /// <summary>Whether the driver said this name.</summary>
    public static bool IsKnown(string name) => !name.StartsWith(Unknown, StringComparison.Ordinal);

    private const string Unknown = "device";
}
