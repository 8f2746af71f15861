using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>`clustersearch serve` over an archive, pinned to one core.</summary>
internal sealed class ServedProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private ServedProgram(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Resident memory now, in bytes.</summary>
    public long ResidentBytes => long.Parse(File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    public static async Task<ServedProgram> StartAsync(int core, string assembly, string archive)
    {
        var url = $"http://127.0.0.1:{FreePort()}/";
        var process = Pinned.Start(core, assembly, "serve", "--archive", archive, "--urls", url);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var ready = await http.GetAsync($"{url}health/ready");
                if (ready.IsSuccessStatusCode) return new ServedProgram(process, url);
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                // Not yet.
            }
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync() => await ProgramUnderTest.EndAsync(_process);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
