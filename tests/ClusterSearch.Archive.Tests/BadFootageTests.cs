using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Every bad file gets one clear line, and the rest goes on.</summary>
public sealed class BadFootageTests(WholeArchive samples)
{
    [Fact]
    public async Task Each_bad_file_is_named_with_its_fault_and_the_good_ones_are_ingested()
    {
        using var directory = new TemporaryDirectory();
        var folder = Directory.CreateDirectory(directory.File("footage")).FullName;
        File.Copy(Path.Combine(TestAssets.Samples, "bunny.mp4"), Path.Combine(folder, "good.mp4"));
        await File.WriteAllTextAsync(Path.Combine(folder, "text.mp4"), "this is no video, whatever its name says\n");
        await File.WriteAllBytesAsync(Path.Combine(folder, "empty.mp4"), []);
        await FfmpegFootage.RunAsync("-f", "lavfi", "-i", "sine=duration=1", Path.Combine(folder, "sound.mp4"));
        var whole = await File.ReadAllBytesAsync(Path.Combine(TestAssets.Samples, "space-day.mp4"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "truncated.mp4"), whole[..(whole.Length / 2)]);
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "not looked at");
        var missing = directory.File("missing.mp4");

        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var report = await archive.IngestAsync(folder, missing);
        var failures = report.Failures.ToDictionary(failure => Path.GetFileName(failure.Path), failure => failure);
        Assert.Equal(["empty.mp4", "missing.mp4", "sound.mp4", "text.mp4"], failures.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(ErrorCodes.FootageEmpty, failures["empty.mp4"].Code);
        Assert.Equal(ErrorCodes.FootageNotFound, failures["missing.mp4"].Code);
        Assert.Equal(ErrorCodes.FootageNoVideoStream, failures["sound.mp4"].Code);
        Assert.Equal(ErrorCodes.FootageNotVideo, failures["text.mp4"].Code);
        Assert.All(report.Failures, failure =>
        {
            Assert.Contains(Path.GetFileName(failure.Path), failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
        });
        // What never was there is told once, and not remembered.
        Assert.Equal(["empty.mp4", "sound.mp4", "text.mp4"], (await archive.Ports.Catalog.ListFailuresAsync(CancellationToken.None)).Select(failure => Path.GetFileName(failure.Place.RelativePath)).Order(StringComparer.Ordinal));
        Assert.Equal(2, report.Added);
        // The header promises 27 s, the file holds half of its bytes.
        var warning = Assert.Single(report.Warnings);
        Assert.Contains("truncated.mp4", warning.Message, StringComparison.Ordinal);
        Assert.Contains("s could not be decoded", warning.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await archive.SearchAsync("a rabbit")).Moments);
        Assert.Equal(3, (await archive.Ingestion.StatusAsync(CancellationToken.None)).Failures.Count);

        // Replaced by what it should have been: the half one is gone, the whole one is there.
        await File.WriteAllBytesAsync(Path.Combine(folder, "truncated.mp4"), whole);
        await File.WriteAllBytesAsync(Path.Combine(folder, "empty.mp4"), await File.ReadAllBytesAsync(Path.Combine(TestAssets.Samples, "garden-walk.mp4")));
        var again = await archive.IngestAsync(folder);
        Assert.Equal(["sound.mp4", "text.mp4"], again.Failures.Select(failure => Path.GetFileName(failure.Path)));
        Assert.Empty(again.Warnings);
        Assert.Equal((2, 1), (again.Added, again.Unchanged));
        Assert.Equal(3, (await archive.Search.ListVideosAsync(CancellationToken.None)).Count);
        Assert.Equal(64, (await archive.SearchAsync("a cat")).Coverage.Samples);
    }

    [Fact]
    public async Task Damaged_footage_is_ingested_with_a_warning_that_says_what_was_lost()
    {
        var clip = TestAssets.Clip("corrupted.mp4");
        Assert.SkipWhen(TestAssets.Missing(clip) is not null, TestAssets.Missing(clip) ?? "");
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var report = await archive.IngestAsync(clip);
        Assert.Empty(report.Failures);
        var warning = Assert.Single(report.Warnings);
        Assert.Contains("corrupted.mp4", warning.Message, StringComparison.Ordinal);
        Assert.True(report.Samples >= 4);
    }

    [Fact]
    public async Task Odd_clips_are_videos_too()
    {
        string[] names = ["minimal.mp4", "unordered.mov", "video_0.mov", "video_90.mov", "video_180.mov", "video_270.mov", "white.mp4"];
        var clips = names.Select(TestAssets.Clip).ToArray();
        Assert.SkipWhen(TestAssets.Missing(clips[0]) is not null, TestAssets.Missing(clips[0]) ?? "");
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var report = await archive.IngestAsync([.. clips, TestAssets.Clip("chunk_out_of_range.mp4")]);
        var failure = Assert.Single(report.Failures);
        Assert.EndsWith("chunk_out_of_range.mp4", failure.Path, StringComparison.Ordinal);
        Assert.Equal(7, report.Added);
        var answer = await archive.SearchAsync("a dog", top: 100);
        Assert.All(answer.Moments, moment => Assert.True(moment.End > moment.Start));
        Assert.Equal(7, answer.Moments.Select(moment => moment.FileName).Distinct().Count());
    }

    [Fact]
    public async Task An_empty_picture_does_not_stand_above_a_real_match()
    {
        var clip = TestAssets.Clip("white.mp4");
        Assert.SkipWhen(TestAssets.Missing(clip) is not null, TestAssets.Missing(clip) ?? "");
        await using var archive = await TestArchive.OpenAsync(samples.Copy());
        await archive.IngestAsync(clip);
        foreach (var text in new[] { "a cat", "a cup of coffee", "a temple by a lake", "a flower", "a rocket" })
            Assert.NotEqual("white.mp4", (await archive.SearchAsync(text, top: 1)).Moments[0].FileName);
    }

    [Fact]
    public async Task A_renamed_file_and_a_copy_are_the_same_video()
    {
        using var directory = new TemporaryDirectory();
        var folder = Directory.CreateDirectory(directory.File("footage")).FullName;
        File.Copy(Path.Combine(TestAssets.Samples, "bunny.mp4"), Path.Combine(folder, "one.mp4"));
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        await archive.IngestAsync(folder);
        File.Move(Path.Combine(folder, "one.mp4"), Path.Combine(folder, "two.mp4"));
        var moved = await archive.IngestAsync(folder);
        Assert.Equal((0, 1, 0L), (moved.Added, moved.Moved, moved.Samples));
        var moment = (await archive.SearchAsync("a rabbit", top: 1)).Moments[0];
        Assert.Equal(Path.Combine(folder, "two.mp4"), moment.Path);
        Assert.Equal("two.mp4", moment.FileName);
    }

    [Fact]
    public async Task A_removed_video_is_gone_from_everywhere()
    {
        await using var archive = await TestArchive.OpenAsync(samples.Copy());
        var space = await archive.Search.ResolveVideoAsync("space-day.mp4", CancellationToken.None);
        await archive.Ingestion.RemoveVideoAsync(space, CancellationToken.None);
        var answer = await archive.SearchAsync("a cat", top: 100);
        Assert.DoesNotContain(answer.Moments, moment => moment.FileName == "space-day.mp4");
        Assert.Equal(2, answer.Coverage.Videos);
        Assert.Empty((await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
        Assert.DoesNotContain(Directory.EnumerateFiles(archive.Options.VectorDirectory, "*", SearchOption.AllDirectories),
            path => path.Contains(space.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_ingest_of_one_archive_at_the_same_time_is_told_so()
    {
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");
        using (Ingestion.IngestLock.Take(archive.Options))
        {
            var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => archive.IngestAsync(bunny));
            Assert.Equal(ErrorCodes.ArchiveBusy, fault.Code);
        }
        Assert.Empty((await archive.IngestAsync(bunny)).Failures);
    }

    [Fact]
    public async Task Another_rate_than_the_archive_s_is_refused_with_what_it_holds()
    {
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");
        await archive.IngestAsync(bunny);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => archive.IngestAsync(
            new IngestRequest { Paths = [bunny], Sampling = Core.Footage.Sampling.Parse("2") }));
        Assert.Equal(ErrorCodes.ArchiveEncoding, fault.Code);
        Assert.Contains("1/1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_in_an_empty_archive_says_so()
    {
        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => archive.SearchAsync("a cat"));
        Assert.Equal(ErrorCodes.ArchiveNotFound, fault.Code);
    }
}
