using System.Diagnostics;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Faults;

/// <summary>A file system of a few hundred kilobytes in memory; mounting one takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private bool _isMounted;

    public string Path => _directory.Path;

    /// <returns>Null where none can be mounted.</returns>
    public static SmallDisk? TryMount(int kilobytes)
    {
        var disk = new SmallDisk();
        disk._isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", disk.Path);
        if (disk._isMounted) return disk;
        disk.Dispose();
        return null;
    }

    public void Resize(int kilobytes) => Assert.True(Run("mount", "-o", $"remount,size={kilobytes}k", Path));

    public void Dispose()
    {
        if (_isMounted) Run("umount", "-l", Path);
        _directory.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
