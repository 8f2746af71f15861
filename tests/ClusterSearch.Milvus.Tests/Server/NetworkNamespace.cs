using System.Diagnostics;

namespace ClusterSearch.Milvus.Tests.Server;

/// <summary>
/// The tests' own network. The server that they start listens on every address, without authentication: in a namespace of its own
/// there is nobody to hear it, and its ports are free. Where namespaces are refused the tests run without.
/// </summary>
internal static class NetworkNamespace
{
    /// <summary>Set for the process within.</summary>
    private const string Mark = "CLUSTERSEARCH_TEST_NAMESPACE";

    /// <summary>Whether this process has a network of its own.</summary>
    public static bool IsOwn => Environment.GetEnvironmentVariable(Mark) == "1";

    /// <returns>How the tests ended within; null when they are to be run here.</returns>
    public static async Task<int?> RunWithinAsync(string[] args)
    {
        if (IsOwn) EndWithOuter();
        if (IsOwn || MilvusServer.Given is not null || MilvusServer.Missing is not null || !await CanBeMadeAsync()) return null;
        const string begin = """ip link set lo up && exec "$@" """;
        string[] program = [Environment.ProcessPath!, .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? new[] { Environment.GetCommandLineArgs()[0] } : [], .. args];
        var start = new ProcessStartInfo("unshare", ["-rn", "sh", "-c", begin, "sh", .. program]) { UseShellExecute = false, RedirectStandardInput = true };
        start.Environment[Mark] = "1";
        using var within = Process.Start(start)!;
        // Ctrl-C reaches both; this one has nothing of its own to end.
        Console.CancelKeyPress += (_, interruption) => interruption.Cancel = true;
        await within.WaitForExitAsync();
        return within.ExitCode;
    }

    /// <summary>The process outside holds the other end of this one's input, and lets it go however it ends.</summary>
    private static void EndWithOuter() => new Thread(() =>
    {
        Console.OpenStandardInput().ReadByte();
        Environment.Exit(130);
    })
    { IsBackground = true }.Start();

    private static async Task<bool> CanBeMadeAsync()
    {
        try
        {
            using var trial = Process.Start(new ProcessStartInfo("unshare", ["-rn", "ip", "link", "set", "lo", "up"])
            { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            await trial.WaitForExitAsync();
            return trial.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
