using System.Diagnostics;
using System.Text;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>A real clustersearch-silo process.</summary>
internal sealed class Member : IAsyncDisposable
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "clustersearch-silo.dll");

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private Member(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <param name="on">What runs a command elsewhere; none: here.</param>
    /// <param name="path">A folder that comes before all others on the PATH; null: none does.</param>
    public static Member Start(string[] on, string? path, params string[] arguments)
    {
        string[] command = [.. on, "dotnet", Assembly, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("CLUSTERSEARCH_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(variable);
        start.Environment["CLUSTERSEARCH_MODELS"] = Path.Combine(TestAssets.Repository, "models");
        if (path is not null) start.Environment["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}";
        return new Member(Process.Start(start)!);
    }

    public Task UntilSaysAsync(string words) => Eventually.TrueAsync($"'{words}' is said", () =>
        Said.Contains(words, StringComparison.Ordinal) || (HasEnded ? throw new InvalidOperationException($"it ended with {ExitCode}: {Said}") : false));

    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Note(string? line)
    {
        lock (_said) _said.AppendLine(line);
    }
}
