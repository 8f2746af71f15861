using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Tests.Writing;

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

    /// <summary>Writes the history from a number on, dies when it has written its files and before or after they are published.</summary>
    public static OtherProcess Mortal(string directory, int seed, int from, bool isPublished) => new("die", directory, [seed, from, isPublished]);

    /// <summary>Takes the writer's role whenever it can and keeps it no longer than it pleases; see <see cref="Competitor"/>.</summary>
    public static OtherProcess Competitor(string directory, int seed, int number) => new("compete", directory, [seed, number]);

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
        if (role == "compete") return await Processes.Competitor.PlayAsync(directory, int.Parse(rest[0], CultureInfo.InvariantCulture), int.Parse(rest[1], CultureInfo.InvariantCulture));
        await using var index = await SharedIndex.OpenAsync(directory);
        switch (role)
        {
            case "die":
                var register = new InterruptedRegister(index.Catalog.Manifests);
                await using (var mortal = await EmbeddedVectorStore.OpenAsync(SharedIndex.IndexDirectory(directory), register, new EmbeddedIndexOptions(), CancellationToken.None))
                {
                    // As kill -9: nothing is flushed, no handler runs.
                    Func<Task> die = () =>
                    {
                        Process.GetCurrentProcess().Kill();
                        return Task.Delay(Timeout.Infinite);
                    };
                    if (bool.Parse(rest[2])) register.AfterPublishing = die;
                    else register.BeforePublishing = die;
                    await new History(int.Parse(rest[0], CultureInfo.InvariantCulture)).WriteAsync(mortal, int.Parse(rest[1], CultureInfo.InvariantCulture), CancellationToken.None);
                }
                return 1;
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
