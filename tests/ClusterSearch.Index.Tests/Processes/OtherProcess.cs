using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Tests.Processes;

/// <summary>This executable, started again to write to or read an index from outside of the test's process.</summary>
internal sealed class OtherProcess : IDisposable
{
    public const string Argument = "other-process";

    private readonly Process _process;

    private OtherProcess(string role, string directory, object[] rest)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new object[] { typeof(OtherProcess).Assembly.Location, Argument, role, directory }.Concat(rest))
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        _process = Process.Start(start)!;
    }

    /// <summary>Writes the history from a number on until it is killed; a line with its number after each that was acknowledged.</summary>
    public static OtherProcess Writer(string directory, int seed, int from) => new("write", directory, [seed, from]);

    /// <summary>Counts samples whenever it is asked.</summary>
    public static OtherProcess Reader(string directory) => new("read", directory, []);

    /// <returns>Null when it has ended.</returns>
    public Task<string?> ReadLineAsync(CancellationToken cancellation) => _process.StandardOutput.ReadLineAsync(cancellation).AsTask();

    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync(cancellation);
        return await ReadLineAsync(cancellation);
    }

    /// <summary>kill -9: nothing is flushed, no handler runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    public static async Task<int> PlayAsync(string role, string directory, string[] rest)
    {
        await using var index = await SharedIndex.OpenAsync(directory);
        switch (role)
        {
            case "write":
                var history = new History(int.Parse(rest[0], CultureInfo.InvariantCulture));
                for (var number = int.Parse(rest[1], CultureInfo.InvariantCulture); ; number++)
                {
                    await history.WriteAsync(index.Store, number, CancellationToken.None);
                    await Console.Out.WriteLineAsync(number.ToString(CultureInfo.InvariantCulture));
                    await Console.Out.FlushAsync();
                }
            case "read":
                while (await Console.In.ReadLineAsync() is not null)
                {
                    using var snapshot = await index.Store.SnapshotAsync(History.Encoding, CancellationToken.None);
                    var count = await snapshot.CountAsync(VectorFilter.None, CancellationToken.None);
                    await Console.Out.WriteLineAsync(count.Samples.ToString(CultureInfo.InvariantCulture));
                    await Console.Out.FlushAsync();
                }
                return 0;
            default:
                return 2;
        }
    }
}
