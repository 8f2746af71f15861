using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>Disks, files and PostgreSQL fail under workers, workers and front end are killed, clocks step; the archive ends as it should.</summary>
public sealed class StorageFaultTests(WorkStage stage) : IClassFixture<WorkStage>
{
    private const string FakeTime = "/usr/lib/*/faketime/libfaketimeMT.so.1";

    [Fact]
    public async Task A_full_disk_holds_the_workers_up_until_there_is_room_again()
    {
        await using var scene = await WorkScene.OpenAsync(stage, diskKilobytes: 8192);
        await scene.RegisterAsync(TestAssets.Samples);
        var ballast = scene.Disk!.Fill(leftKilobytes: 24);
        var worker = scene.StartWorker(["--min-free", "0"]);
        Assert.Contains("the disk is full", await scene.UntilNamedAsync(ErrorCodes.ArchiveDiskFull), StringComparison.Ordinal);
        Assert.True((await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks[ChunkState.Indexed] < 9, worker.Said);
        File.Delete(ballast);
        await scene.UntilWholeAsync(stage.Digest);
        // No chunk is to blame for it.
        foreach (var video in await scene.Catalog.ListVideosAsync(CancellationToken.None))
            Assert.All(await scene.Catalog.ListChunksAsync(video.Id, (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id, CancellationToken.None),
                chunk => Assert.Equal(0, chunk.Attempts));
    }

    [Fact]
    public async Task Vector_files_broken_before_they_are_indexed_are_made_again()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        scene.StartWorker(["--role", "embed"], slots: 2);
        await scene.UntilAsync("all is embedded", status => status.Chunks.GetValueOrDefault(ChunkState.Embedded) == 9);
        Break(VectorFiles(scene)[3], isCut: true);
        Break(VectorFiles(scene)[5], isCut: false);
        scene.StartWorker(["--role", "aggregate"]);
        await scene.UntilWholeAsync(stage.Digest);
        Assert.Contains(".vec", await scene.UntilNamedAsync(ErrorCodes.ArchiveCorrupt), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vector_files_and_index_blocks_broken_later_are_found_and_repaired_beside_the_workers()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        scene.StartWorker(slots: 2);
        await scene.UntilWholeAsync(stage.Digest);
        Break(VectorFiles(scene)[1], isCut: true);
        Break(VectorFiles(scene)[6], isCut: false);
        Break(Directory.EnumerateFiles(Path.Combine(scene.Archive, "index"), "*", SearchOption.AllDirectories).MaxBy(path => new FileInfo(path).Length)!, isCut: false);
        var found = await scene.RunAsync("verify", "--json");
        Assert.Equal(ExitCodes.SomeFailed, found.ExitCode);
        var codes = found.Json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("code").GetString()!).ToList();
        Assert.Equal(2, codes.Count(code => code == "vectors.broken"));
        // Of a broken block the videos are named that lie there, of a broken file the file.
        Assert.Contains(codes, code => code is "index.broken" or "index.units");
        var repair = await scene.RunAsync("verify", "--repair", "--json");
        Assert.True(repair.ExitCode == 0, repair.Output + repair.Error);
        Assert.Equal(2, repair.Json.GetProperty("requeued").GetInt32());
        await scene.UntilWholeAsync(stage.Digest);
    }

    [Fact]
    public async Task Connections_cut_before_the_answer_double_and_lose_nothing()
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        using var proxy = new CuttingProxy(stage.Server!.Port);
        await using var scene = await WorkScene.OpenAsync(stage, port: proxy.Port);
        var worker = scene.StartWorker(["--lease", "5s"], slots: 2);
        var ingest = scene.RunAsync("ingest", TestAssets.Samples, "--chunk-duration", "4s", "--json");
        await scene.UntilAsync("there is work", status => status.Chunks.Values.Sum() > 0);
        using var stop = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                proxy.IsArmed = true;
                await Task.WhenAny(Task.Delay(120, stop.Token));
            }
        }, CancellationToken.None);
        var front = await ingest;
        await stop.CancelAsync();
        await cutting;
        Assert.True(front.ExitCode == 0, front.Error + worker.Said);
        Assert.True(proxy.Cuts > 10, $"only {proxy.Cuts} connections were cut");
        await scene.UntilWholeAsync(stage.Digest);
    }

    [Fact]
    public async Task Workers_front_end_and_PostgreSQL_killed_at_random_moments_leave_the_archive_of_an_undisturbed_run()
    {
        var seed = Environment.TickCount & 0xFFFF;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await using var scene = await WorkScene.OpenAsync(stage);
        string[] run = ["ingest", TestAssets.Samples, "--chunk-duration", "2s", "--json"];
        var workers = new[] { scene.StartWorker(["--lease", "3s"], scene.WrapFfmpeg("sleep 0.2")), scene.StartWorker(["--lease", "3s"], scene.WrapFfmpeg("sleep 0.2")) };
        var front = scene.Start(run);
        await Task.Delay(random.Next(500, 1500));
        front.Kill();
        front = scene.Start(run);
        var finished = WholeProgram.FinishAsync(front);
        await scene.UntilAsync("there is work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        foreach (var worker in workers)
        {
            await Task.Delay(random.Next(600));
            if (worker.Child is not null) await worker.SignalChildAsync("KILL");
        }
        await Task.Delay(random.Next(600));
        await stage.Server!.KillAsync();
        await stage.Server.StartAsync();
        var outcome = await finished;
        Assert.True(outcome.ExitCode == 0, $"seed {seed}: {outcome.Error}");
        await scene.UntilWholeAsync(stage.Digest);
        Assert.All(workers, worker => Assert.Contains("killed by signal 9", worker.Said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_whose_clock_steps_by_days_keeps_its_leases()
    {
        var library = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib").Select(directory => Path.Combine(directory, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists) : null;
        Assert.SkipWhen(library is null, $"needs {FakeTime}: apt-get install faketime");
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        var clock = scene.File("clock");
        File.WriteAllText(clock, "+2d\n");
        var variables = scene.WrapFfmpeg("sleep 1");
        foreach (var (name, value) in new[]
        {
            ("LD_PRELOAD", library!), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1"),
        }) variables[name] = value;
        var worker = scene.StartWorker(["--lease", "20s"], variables, slots: 3);
        await scene.UntilAsync("chunks are in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 1);
        var report = Assert.Single(await scene.Catalog.ListWorkersAsync(CancellationToken.None));
        Assert.True(report.Report.StartedAt > DateTimeOffset.UtcNow + TimeSpan.FromDays(1), $"its clock was not set forward: {report.Report.StartedAt}");
        File.WriteAllText(clock, "-3d\n");
        await scene.UntilAsync("more is done", status => status.Chunks.GetValueOrDefault(ChunkState.Indexed) > 2);
        File.WriteAllText(clock, "+10d\n");
        await scene.UntilWholeAsync(stage.Digest);
        // Every lease was renewed and kept, and `status` tells ages by the database's clock.
        Assert.Equal(0, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Takeovers);
        var said = Assert.Single((await scene.HereAsync("status", "--json")).Json.GetProperty("work").GetProperty("workers").EnumerateArray().ToList());
        Assert.InRange(said.GetProperty("sinceReport").GetDouble(), 0, 10);
        Assert.DoesNotContain("archive.", worker.Said, StringComparison.Ordinal);
    }

    private static List<string> VectorFiles(WorkScene scene) =>
        [.. Directory.EnumerateFiles(Path.Combine(scene.Archive, "vectors"), "*.vec", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Cuts a file in its middle, or flips a bit there.</summary>
    private static void Break(string path, bool isCut)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        if (isCut)
        {
            file.SetLength(file.Length / 2);
            return;
        }
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position = file.Length / 2;
        file.WriteByte((byte)(value ^ 0x10));
    }
}
