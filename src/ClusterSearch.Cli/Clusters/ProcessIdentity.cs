using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace ClusterSearch.Cli.Clusters;

/// <summary>A process that is not taken for a later one of the same number.</summary>
/// <param name="StartedTicks">When it began, in the kernel's clock ticks since the machine did.</param>
internal sealed partial record ProcessIdentity(int ProcessId, long StartedTicks)
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static ProcessIdentity Own => Of(Environment.ProcessId)!;

    [JsonIgnore]
    public bool IsAlive => Of(ProcessId) == this;

    /// <returns>Null for one that is not there, or that ended and only waits for its parent.</returns>
    public static ProcessIdentity? Of(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // Fields from the third on: the second, the name, may hold spaces and brackets.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessIdentity(processId, long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Nothing happens to another process.</summary>
    public void Signal(int signal)
    {
        if (IsAlive) _ = Send(ProcessId, signal);
    }

    /// <summary>Asks it to end, waits, and ends it if that was not heeded.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> EndAsync(int signal, TimeSpan patience)
    {
        Signal(signal);
        if (await IsGoneAsync(patience)) return true;
        Signal(Kill);
        return await IsGoneAsync(TimeSpan.FromSeconds(10));
    }

    public async Task<bool> IsGoneAsync(TimeSpan patience)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (IsAlive)
        {
            if (Environment.TickCount64 > until) return false;
            await Task.Delay(50);
        }
        return true;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int processId, int signal);
}
