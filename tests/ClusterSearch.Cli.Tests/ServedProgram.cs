using System.Diagnostics;

namespace ClusterSearch.Cli.Tests;

/// <summary>`serve` as a process of its own, on a port that the system chose.</summary>
internal sealed class ServedProgram : IDisposable
{
    private readonly Process _process;

    private ServedProgram(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Client { get; }

    public static async Task<ServedProgram> StartAsync(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var process = WholeProgram.Start(variables, ["serve", "--urls", "http://127.0.0.1:0", .. arguments]);
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("serving ", StringComparison.Ordinal)) continue;
            var address = line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)).TrimEnd(';', ',');
            _ = process.StandardError.ReadToEndAsync();
            return new ServedProgram(process, new Uri(address));
        }
        throw new InvalidOperationException($"serve ended with {process.ExitCode}");
    }

    public async Task StopAsync()
    {
        await WholeProgram.SignalAsync(_process, "TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, _process.ExitCode);
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
