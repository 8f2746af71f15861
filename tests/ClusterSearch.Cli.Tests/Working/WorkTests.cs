using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>Real workers, a real front end and a real PostgreSQL, disturbed as life disturbs them.</summary>
public sealed class WorkTests(WorkStage stage) : IClassFixture<WorkStage>
{
    /// <summary>Long enough that a signal hits a chunk under way.</summary>
    private const string Slow = "sleep 1";

    [Fact]
    public async Task Two_workers_and_a_front_end_make_the_archive_that_one_process_makes()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        scene.StartWorker();
        scene.StartWorker(["--order", "earliest"]);
        var ingest = await scene.RunAsync("ingest", TestAssets.Samples, "--chunk-duration", "8s", "--priority", "3", "--json");
        Assert.Equal((0, 3, 64), (ingest.ExitCode, ingest.Json.GetProperty("added").GetInt32(), ingest.Json.GetProperty("samples").GetInt64()));
        Assert.Equal(stage.Digest, await scene.DigestAsync());

        // A worker says every two seconds what it has done.
        while ((await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Sum(worker => worker.Report.ChunksDone) < 9) await Task.Delay(50);
        // The directory alone is enough from now on.
        var status = (await WholeProgram.RunAsync("status", "--json", "--archive", scene.Archive)).Json.GetProperty("work");
        Assert.Equal((true, false), (status.GetProperty("shared").GetBoolean(), status.GetProperty("paused").GetBoolean()));
        var workers = status.GetProperty("workers").EnumerateArray().ToList();
        Assert.Equal((2, 9L), (workers.Count, workers.Sum(worker => worker.GetProperty("chunks").GetInt64())));
        Assert.Contains(status.GetProperty("aggregator").GetString(), workers.Select(worker => worker.GetProperty("worker").GetString()));
    }

    [Fact]
    public async Task A_pause_holds_every_worker_and_says_so()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        Assert.Equal(0, (await scene.RunAsync("pause")).ExitCode);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var worker = scene.StartWorker();
        while (!(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Any(record => record.Report.State == WorkerState.Idle)) await Task.Delay(50);
        Assert.Equal(1, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks[ChunkState.Pending]);
        Assert.Contains("Paused", (await scene.RunAsync("status")).Output);
        Assert.Equal(0, (await scene.RunAsync("resume")).ExitCode);
        await scene.UntilDoneAsync();
        await worker.SignalAsync("TERM");
        Assert.Equal(0, await worker.EndAsync());
    }

    [Theory]
    [InlineData("30s", 1)]
    [InlineData("0s", 0)]
    public async Task A_worker_told_to_stop_finishes_or_gives_back_what_it_holds(string grace, int finished)
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "garden-walk.mp4"));
        var worker = scene.StartWorker(["--grace", grace, "--role", "embed"], scene.WrapFfmpeg("sleep 3"));
        await scene.UntilAsync("a chunk is in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        await worker.SignalAsync("TERM");
        Assert.Equal(0, await worker.EndAsync());
        var chunks = (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks;
        Assert.Equal((finished, 4 - finished), (chunks.GetValueOrDefault(ChunkState.Embedded), chunks.GetValueOrDefault(ChunkState.Pending)));
        Assert.Equal(WorkerState.Stopped, Assert.Single(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Report.State);
    }

    [Fact]
    public async Task A_killed_worker_is_replaced_its_chunk_taken_over_and_nobody_blamed()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        var worker = scene.StartWorker(["--lease", "3s"], scene.WrapFfmpeg(Slow));
        await scene.UntilAsync("a chunk is in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        await worker.SignalChildAsync("KILL");
        await scene.UntilDoneAsync();
        Assert.Equal(stage.Digest, await scene.DigestAsync());
        Assert.Equal(1, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Takeovers);
        Assert.Contains("killed by signal 9", worker.Said);
        foreach (var video in await scene.Catalog.ListVideosAsync(CancellationToken.None))
            foreach (var chunk in await scene.Catalog.ListChunksAsync(video.Id, (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id, CancellationToken.None))
                Assert.Equal((0, false), (chunk.Attempts, chunk.IsSuspect));
    }

    [Fact]
    public async Task A_worker_whose_supervisor_was_killed_gives_back_what_it_holds_and_ends()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var worker = scene.StartWorker(["--role", "embed"], scene.WrapFfmpeg("sleep 20"));
        await scene.UntilAsync("the chunk is in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        var child = worker.Child!.Value;
        await worker.SignalAsync("KILL");
        await scene.UntilAsync("the chunk is given back", status => status.Chunks.GetValueOrDefault(ChunkState.Pending) == 1);
        for (var i = 0; i < 600 && Directory.Exists($"/proc/{child}"); i++) await Task.Delay(50);
        Assert.False(Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public async Task A_worker_halted_past_its_lease_is_fenced()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        var halted = scene.StartWorker(["--lease", "2s"], scene.WrapFfmpeg(Slow));
        await scene.UntilAsync("a chunk is in work", status => status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0);
        await halted.SignalChildAsync("STOP");
        scene.StartWorker(["--lease", "2s"]);
        await scene.UntilAsync("the chunk is taken over", status => status.Takeovers > 0);
        await halted.SignalChildAsync("CONT");
        await scene.UntilDoneAsync();
        Assert.Equal(stage.Digest, await scene.DigestAsync());
    }

    [Fact]
    public async Task Work_goes_on_by_itself_when_PostgreSQL_was_away_for_five_seconds()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        var worker = scene.StartWorker(variables: scene.WrapFfmpeg("sleep 0.3"));
        var ingest = scene.RunAsync("ingest", TestAssets.Samples, "--chunk-duration", "8s", "--json");
        await scene.UntilAsync("two chunks are done", status =>
            status.Chunks.GetValueOrDefault(ChunkState.Embedded) + status.Chunks.GetValueOrDefault(ChunkState.Indexed) >= 2);
        await stage.Server!.StopAsync();
        var away = Task.Delay(5000);
        var status = await scene.HereAsync("status", "--json");
        Assert.Equal((ExitCodes.EnvironmentFault, ErrorCodes.ArchiveUnreachable), (status.ExitCode, status.Json.GetProperty("error").GetProperty("code").GetString()));
        await away;
        await stage.Server.StartAsync();
        var front = await ingest;
        Assert.True(front.ExitCode == 0, front.Error + worker.Said);
        Assert.Equal(stage.Digest, await scene.DigestAsync());
        Assert.Contains(ErrorCodes.ArchiveUnreachable, worker.Said);
        // What it had under way went on: no lease was lost.
        Assert.Equal(0, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Takeovers);
    }

    [Fact]
    public async Task A_chunk_that_crashes_its_worker_three_times_is_given_up_and_the_rest_is_searchable()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "garden-walk.mp4"));
        // .NET takes the first SIGABRT from outside for a mistake, and dies of the second.
        // The third chunk begins at 16 s, and its decoding at the key frame at 15 s: no other one's does.
        var worker = scene.StartWorker(["--retry-delay", "0.1s"],
            scene.WrapFfmpeg("case \"$*\" in *\"-ss 15.\"*|*\"-ss 14.\"*) kill -ABRT $PPID; sleep 0.2; kill -ABRT $PPID; sleep 5 ;; esac"), slots: 2);
        await scene.UntilDoneAsync();
        var video = Assert.Single(await scene.Catalog.ListVideosAsync(CancellationToken.None));
        var chunks = await scene.Catalog.ListChunksAsync(video.Id, (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id, CancellationToken.None);
        Assert.True(chunks.Select(chunk => chunk.State).SequenceEqual([ChunkState.Indexed, ChunkState.Indexed, ChunkState.Quarantined, ChunkState.Indexed]), worker.Said);
        Assert.Equal((3, ErrorCodes.WorkerCrashed), (chunks[2].Attempts, chunks[2].Failure!.Code));
        Assert.Contains("SIGABRT", chunks[2].Failure!.Message);
        var status = (await scene.HereAsync("status", "--json")).Json;
        Assert.Equal(1, status.GetProperty("work").GetProperty("quarantined").GetProperty(ErrorCodes.WorkerCrashed).GetInt32());
        Assert.Contains("SIGABRT", status.GetProperty("failures")[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_video_begun_by_another_encoder_is_named()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "garden-walk.mp4"));
        var lease = (await scene.Catalog.ClaimAsync(new ClaimRequest
        {
            EncodingId = (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id,
            Worker = "elsewhere/1/0",
            LeaseDuration = TimeSpan.FromMinutes(1),
            EncoderFingerprint = "another processor's",
        }, CancellationToken.None))!;
        Assert.True(await scene.Catalog.CommitAsync(lease, new ChunkResult(new(1, new string('0', 64)), 8, 0, "another processor's", null), CancellationToken.None));
        scene.StartWorker(["--role", "embed"]);
        while (!(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Any(worker => worker.Report.EncoderFingerprint is not null)) await Task.Delay(50);
        var failure = Assert.Single((await scene.HereAsync("status", "--json")).Json.GetProperty("failures").EnumerateArray().ToList());
        Assert.Equal(ErrorCodes.ArchiveEncoding, failure.GetProperty("code").GetString());
        Assert.Contains("3 of 4 chunks wait for an encoder that no running worker has (another processor's)", failure.GetProperty("message").GetString());
        Assert.EndsWith("garden-walk.mp4", failure.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Too_little_room_on_the_disk_holds_work_up_and_is_named()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        var worker = scene.StartWorker(["--min-free", "1000T"]);
        while (!(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Any(record => record.Report.State == WorkerState.Faulted)) await Task.Delay(50);
        var report = Assert.Single(await scene.Catalog.ListWorkersAsync(CancellationToken.None)).Report;
        Assert.Equal(ErrorCodes.ArchiveDiskFull, report.LastFault!.Code);
        Assert.Equal(1, (await scene.Catalog.StatusAsync(null, CancellationToken.None)).Chunks[ChunkState.Pending]);
        Assert.Contains("--min-free", worker.Said);
    }

    [Fact]
    public async Task Workers_without_PostgreSQL_are_refused_in_one_line()
    {
        using var directory = new TemporaryDirectory();
        var run = await WholeProgram.RunAsync("work", "--archive", directory.File("archive"));
        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains("PostgreSQL", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
