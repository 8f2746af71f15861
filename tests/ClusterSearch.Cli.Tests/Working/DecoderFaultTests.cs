using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>ffmpeg, the footage and the memory of workers misbehave; nobody does anything about it, and the archive ends as it should.</summary>
public sealed class DecoderFaultTests(WorkStage stage) : IClassFixture<WorkStage>
{
    // {once} is true for the first decoding alone.
    [Theory]
    [InlineData("{once} && sleep 60", ErrorCodes.FootageLimit, "no progress for 2 s")]
    [InlineData("{once} && kill -SEGV $$", ErrorCodes.FootageDecoderCrashed, "signal 11")]
    public async Task An_ffmpeg_that_hangs_or_crashes_is_named_and_its_chunk_tried_again(string line, string code, string said)
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        var variables = scene.WrapFfmpeg(line.Replace("{once}", $"mkdir '{scene.File("once")}' 2>/dev/null", StringComparison.Ordinal));
        variables["CLUSTERSEARCH_STALL_TIMEOUT"] = "2s";
        scene.StartWorker(["--retry-delay", "0.2s"], variables, slots: 2);
        await scene.UntilWholeAsync(stage.Digest);
        Assert.Contains(said, await scene.UntilNamedAsync(code), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Megabytes_of_complaints_are_one_line_and_cost_nothing()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        await scene.RegisterAsync(TestAssets.Samples);
        scene.StartWorker(variables: scene.WrapFfmpeg("yes '[h264 @ 0x55d0] error while decoding MB 3 4' | head -c 5000000 >&2"), slots: 2);
        await scene.UntilWholeAsync(stage.Digest);
        var videos = await scene.Catalog.ListVideosAsync(CancellationToken.None);
        while (!videos.All(video => video.Warning is not null)) videos = await scene.Catalog.ListVideosAsync(CancellationToken.None);
        Assert.All(videos, video => Assert.StartsWith("the decoder found damage, every sample was had: h264: error while decoding MB 3 4 (and ", video.Warning));
        Assert.All(videos, video => Assert.InRange(video.Warning!.Length, 1, 300));
    }

    [Fact]
    public async Task A_worker_whose_memory_is_limited_takes_what_was_too_much_one_by_one()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        // A frame is 25 MB: four chunks at once hold more than 128 MiB, one alone does not.
        var large = scene.File("large.mp4");
        using (var making = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=2:d=8", "-c:v", "libx264", "-preset", "ultrafast", "-g", "4", large]))
            await making.WaitForExitAsync();
        var undisturbed = scene.File("undisturbed");
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", large, "--archive", undisturbed)).ExitCode);
        var digest = await InThisProcess.DigestAsync("--archive", undisturbed);
        Assert.Equal(0, (await scene.HereAsync("ingest", large, "--chunk-duration", "2s", "--detach")).ExitCode);
        var worker = scene.StartWorker(["--retry-delay", "0.1s"], new() { ["DOTNET_GCHeapHardLimit"] = "0x8000000" }, slots: 4);
        await scene.UntilWholeAsync(digest);
        Assert.Contains("memory", await scene.UntilNamedAsync(ErrorCodes.WorkerCrashed), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("alone", worker.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_is_not_mounted_blames_no_chunk_and_a_file_that_is_gone_is_given_up()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        var mounted = Directory.CreateDirectory(scene.File("tapes")).FullName;
        foreach (var file in Directory.EnumerateFiles(TestAssets.Samples, "*.mp4")) File.Copy(file, Path.Combine(mounted, Path.GetFileName(file)));
        await scene.RegisterAsync(mounted);
        Directory.Move(mounted, scene.File("elsewhere"));
        scene.StartWorker(["--retry-delay", "0.1s"], slots: 2);
        Assert.Contains("'tapes'", await scene.UntilNamedAsync(ErrorCodes.FootageAway), StringComparison.Ordinal);
        var status = await scene.Catalog.StatusAsync(null, CancellationToken.None);
        Assert.Equal((0, 0), (status.Chunks[ChunkState.Quarantined], status.WaitingChunks));
        Directory.Move(scene.File("elsewhere"), mounted);
        await scene.UntilWholeAsync(stage.Digest);

        // Queued again, as a repair does, and its file deleted meanwhile.
        var video = (await scene.Catalog.ListVideosAsync(CancellationToken.None)).Single(video => video.Places[0].RelativePath == "bunny.mp4");
        var encoding = (await scene.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var stray = Directory.EnumerateFiles(Path.Combine(scene.Archive, "vectors"), "*.vec", SearchOption.AllDirectories).Single(path => path.Contains(video.Id.Value, StringComparison.Ordinal));
        File.Delete(Path.Combine(mounted, "bunny.mp4"));
        await scene.Catalog.RequeueAsync(video.Id, encoding, [0], CancellationToken.None);
        await scene.UntilAsync("the chunk is given up", status => status.Chunks[ChunkState.Quarantined] == 1);
        Assert.Contains("bunny.mp4", await scene.UntilNamedAsync(ErrorCodes.FootageNotFound), StringComparison.Ordinal);
        // Nothing was left to aggregate of it, and still what counts no more is swept.
        for (var i = 0; i < 600 && File.Exists(stray); i++) await Task.Delay(50);
        Assert.False(File.Exists(stray));
    }

    [Fact]
    public async Task A_file_replaced_while_it_is_read_becomes_the_video_that_it_is_now()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        var folder = Directory.CreateDirectory(scene.File("footage")).FullName;
        var path = Path.Combine(folder, "clip.mp4");
        File.Copy(Path.Combine(TestAssets.Samples, "garden-walk.mp4"), path);
        // Of the same size: only its content tells.
        var other = scene.File("other.mp4");
        File.Copy(Path.Combine(TestAssets.Samples, "space-day.mp4"), other);
        using (var padded = File.OpenWrite(other)) padded.SetLength(new FileInfo(path).Length);
        var undisturbed = scene.File("undisturbed");
        Assert.Equal(0, (await InThisProcess.RunAsync("ingest", other, "--archive", undisturbed)).ExitCode);
        var digest = await InThisProcess.DigestAsync("--archive", undisturbed);

        scene.StartWorker(["--retry-delay", "0.2s"], scene.WrapFfmpeg("sleep 1"));
        var watch = scene.Start("watch", folder, "--settle", "0.3s", "--rescan", "0.5s", "--chunk-duration", "8s", "--json");
        var watching = WholeProgram.FinishAsync(watch);
        await scene.UntilAsync("its first chunk is done and its second in work", status =>
            status.Chunks.GetValueOrDefault(ChunkState.Leased) > 0 && status.Chunks.GetValueOrDefault(ChunkState.Pending) is > 0 and < 3);
        File.Move(other, path, overwrite: true);
        await scene.UntilAsync("the other video is searchable alone", status => status is { Videos: 1, SearchableVideos: 1, Samples: 27 });
        Assert.Contains("replaced", await scene.UntilNamedAsync(ErrorCodes.FootageChanged), StringComparison.Ordinal);
        await WholeProgram.SignalAsync(watch, "INT");
        Assert.Equal(0, (await watching).ExitCode);
        await scene.UntilWholeAsync(digest);
    }
}
