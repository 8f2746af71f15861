using System.Diagnostics;

namespace ClusterSearch.Testing;

/// <summary>A small file system in memory, mounted over a directory; needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <returns>Null where mounting is not allowed: skip the test and say so.</returns>
    public static SmallDisk? TryMount(string path, int kilobytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return null;
        Directory.CreateDirectory(path);
        return Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path) ? new SmallDisk(path) : null;
    }

    /// <summary>Fills the disk until only so much is left.</summary>
    /// <returns>Path of the file that fills it; delete it to have the space back.</returns>
    public string Fill(long leftKilobytes)
    {
        var ballast = System.IO.Path.Combine(Path, "ballast");
        var free = new DriveInfo(Path).AvailableFreeSpace - leftKilobytes * 1024;
        using var file = File.Create(ballast);
        var block = new byte[4096];
        for (; free >= block.Length; free -= block.Length) file.Write(block);
        return ballast;
    }

    public void Dispose() => Run("umount", Path);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
