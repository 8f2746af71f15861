using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>What a worker may take of its machine, with real workers and their decoders.</summary>
public sealed class LimitTests(WorkStage stage) : IClassFixture<WorkStage>
{
    [Fact]
    public async Task A_worker_that_gives_way_decodes_at_the_niceness_it_was_given()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var worker = scene.StartWorker(["--nice", "7", "--role", "embed"], scene.WrapFfmpeg("sleep 5"));
        await scene.UntilAsync("the chunk is in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        var child = worker.Child!.Value;
        Assert.Equal(7, Niceness(child));
        var decoder = await UntilAsync(() => DecodersBelow(child).FirstOrDefault());
        Assert.Equal(7, Niceness(decoder));
        Assert.Equal(Niceness(Environment.ProcessId), Niceness(worker.Supervisor));
    }

    [Fact]
    public async Task Nothing_is_begun_while_the_load_is_above_what_is_allowed()
    {
        Assert.SkipWhen(File.ReadAllText("/proc/loadavg").StartsWith("0.00 ", StringComparison.Ordinal), "this machine has had nothing to do for a minute");
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var held = scene.StartWorker(["--max-load", "0.0001"]);
        Assert.Contains("(--max-load)", await scene.UntilNamedAsync(ErrorCodes.EnvironmentBusy), StringComparison.Ordinal);
        Assert.Equal(WorkerState.Faulted, Assert.Single(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Report.State);
        Assert.Equal(1, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks[ChunkState.Pending]);
        await held.SignalAsync("TERM");
        Assert.Equal(0, await held.EndAsync());
        scene.StartWorker(["--max-load", "1000"]);
        await scene.UntilDoneAsync();
    }

    [Fact]
    public async Task A_worker_that_may_open_few_files_blames_no_chunk_and_goes_on()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        // As many as it has open when it does nothing, and a few: enough for some of the eight slots.
        var before = await OpenFilesOfAnIdleWorkerAsync();
        var worker = scene.StartWorker(["--retry-delay", "0.1s"], scene.WrapFfmpeg("sleep 0.5"), slots: 8, mostOpenFiles: before + 100);
        Assert.Contains($"may open {before + 100} files", await scene.UntilNamedAsync(ErrorCodes.EnvironmentBusy), StringComparison.Ordinal);
        await scene.UntilWholeAsync(stage.Digest);
        Assert.DoesNotContain("crashed", worker.Said, StringComparison.Ordinal);
        foreach (var video in await scene.Catalog.ListVideosAsync(CancellationToken.None))
            Assert.All(await scene.Catalog.ListChunksAsync(video.Id, (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id, CancellationToken.None),
                chunk => Assert.Equal(0, chunk.Attempts));
    }

    [Fact]
    public async Task Slots_by_measurement_stay_within_what_pays()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        Assert.Equal(0, (await scene.HereAsync("ingest", TestAssets.Samples, "--chunk-duration", "1s", "--detach")).ExitCode);
        var worker = scene.StartWorker(["--slots", "auto"]);
        var seen = new HashSet<int>();
        while ((await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks is var chunks && chunks.GetValueOrDefault(ChunkState.Indexed) < chunks.Values.Sum())
        {
            foreach (var record in await scene.Catalog.ListWorkersAsync(CancellationToken.None)) seen.Add(record.Report.Slots);
            await Task.Delay(50);
        }
        await scene.UntilWholeAsync(stage.Digest);
        seen.Remove(0);
        // It began with one slot a core, two at most, and tried at least one other number.
        Assert.Contains(Math.Min(2, Environment.ProcessorCount), seen);
        Assert.True(seen.Count > 1, $"only {string.Join(", ", seen)} slots were tried\n{worker.Said}");
        Assert.All(seen, slots => Assert.InRange(slots, 1, 2 * Environment.ProcessorCount));
    }

    private async Task<int> OpenFilesOfAnIdleWorkerAsync()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var worker = scene.StartWorker();
        await scene.UntilDoneAsync();
        return Directory.GetFiles($"/proc/{worker.Child!.Value}/fd").Length;
    }

    private static async Task<int> UntilAsync(Func<int> find)
    {
        var waiting = Stopwatch.StartNew();
        int found;
        while ((found = find()) == 0)
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromMinutes(1), "there was none");
            await Task.Delay(20);
        }
        return found;
    }

    private static IEnumerable<int> DecodersBelow(int process) => Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path))
        .Where(name => int.TryParse(name, out _)).Where(name => Stat(name) is { } fields && fields[1] == process.ToString(CultureInfo.InvariantCulture))
        .Select(name => int.Parse(name, CultureInfo.InvariantCulture));

    /// <summary>proc(5): field 19.</summary>
    private static int Niceness(int process) => int.Parse(Stat(process.ToString(CultureInfo.InvariantCulture))![16], CultureInfo.InvariantCulture);

    /// <summary>Fields from the third on.</summary>
    private static string[]? Stat(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
