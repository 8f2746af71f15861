namespace ClusterSearch.Testing;

/// <summary>Programs of this machine.</summary>
public static class ProgramPath
{
    /// <summary>
    /// The clustersearch.dll that tests start: CLUSTERSEARCH_PROGRAM, else as it was built with them, in its own folder: beside tests
    /// that use ASP.NET some of its assemblies would be missing.
    /// </summary>
    public static string ClusterSearch { get; } = Environment.GetEnvironmentVariable("CLUSTERSEARCH_PROGRAM") is { Length: > 0 } program
        ? program
        : Path.Combine(TestAssets.Repository, "src", "ClusterSearch.Cli", "bin",
            Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!, "net10.0", "clustersearch.dll");

    /// <summary>The first on the PATH; null where there is none.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Writes an ffmpeg into a folder that runs a line of shell before each decoding, then the real one.</summary>
    public static void WrapFfmpeg(string folder, string line)
    {
        var real = Find("ffmpeg") ?? throw new InvalidOperationException("ffmpeg is not on the PATH");
        var path = Path.Combine(folder, "ffmpeg");
        File.WriteAllText(path, $"#!/bin/sh\ncase \"$*\" in *filter_complex*) {line} ;; esac\nexec {real} \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
