using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Two encodings in one archive: what is refused, what is told, what each command speaks of.</summary>
public sealed class EncodingsTests : IDisposable
{
    private static readonly Sampling TwoASecond = Sampling.Grid(new Rational(2, 1));
    private static readonly string Garden = Path.Combine(TestAssets.Samples, "garden-walk.mp4");
    private static readonly string Bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Another_encoding_is_refused_unless_it_is_asked_for_beside_the_first()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(Bunny);
        var refused = await RefusedAsync(ErrorCodes.ArchiveEncoding, () => archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond }));
        Assert.Contains("--beside", refused.Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.IngestAsync(new IngestRequest { Paths = [Bunny], Beside = true }));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.IngestAsync());
        Assert.Single((await archive.Ingestion.StatusAsync(CancellationToken.None)).Encodings);

        var report = await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true });
        // 6 samples at one a second, twice as many at two: the clip lasts from 5.5 to 6 seconds.
        Assert.InRange(report.Samples, 11, 12);
        Assert.Equal(("2/1", false, 1), (report.Encoding!.Encoding.Sampling, report.Encoding.IsActive, report.Encoding.CompleteVideos));
        Assert.Equal(6, (await archive.SearchAsync("a rabbit")).Coverage.Samples);

        // Said again once it is active, the same request is no second encoding.
        await archive.Ingestion.UseEncodingAsync(report.Encoding.Encoding.Id, force: false, CancellationToken.None);
        Assert.Equal(1, (await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true })).Unchanged);
        Assert.Equal(2, (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encodings.Count);
    }

    [Fact]
    public async Task An_incomplete_encoding_is_switched_to_only_by_force_and_then_says_what_it_misses()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(Garden, Bunny);
        var second = (await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true })).Encoding!;
        Assert.Equal((2, 1, 1), (second.Videos, second.CompleteVideos, second.VideosWithoutPlan));

        var refused = await RefusedAsync(ErrorCodes.ArchiveEncoding, () => archive.Ingestion.UseEncodingAsync(second.Encoding.Id, force: false, CancellationToken.None));
        Assert.Contains("misses 1 of 2 videos, garden-walk.mp4 among them", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1/1", (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Sampling);

        var use = await archive.Ingestion.UseEncodingAsync(second.Encoding.Id[..4], force: true, CancellationToken.None);
        Assert.Equal((second.Encoding.Id, 1, 2), (use.Active.Id, use.MissingVideos, use.Videos));
        var answer = await archive.SearchAsync("a cat");
        Assert.Equal((2, 1), (answer.Coverage.Videos, answer.Coverage.Searchable));
        Assert.InRange(answer.Coverage.MissingSeconds, 30, 31.5);
        Assert.All(answer.Moments, moment => Assert.Equal("bunny.mp4", moment.FileName));

        var garden = await archive.Search.ResolveVideoAsync("garden-walk.mp4", CancellationToken.None);
        var like = new SearchRequest { Parts = [new MomentPart(garden, 3)] };
        var fault = await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.Search.SearchAsync(like, CancellationToken.None));
        Assert.Contains("does not hold this video", fault.Message, StringComparison.Ordinal);
        Assert.Equal("garden-walk.mp4", (await archive.Search.SearchAsync(like with { Encoding = use.Before.Id }, CancellationToken.None)).Moments[0].FileName);

        // Without paths, the known videos are taken from where they lie; then nothing is missing.
        var rest = await archive.IngestAsync(new IngestRequest { Paths = [], Sampling = TwoASecond, Beside = true });
        Assert.Equal((2, 2), (rest.Files, rest.Encoding!.CompleteVideos));
        Assert.Equal(0, (await archive.SearchAsync("a cat")).Coverage.MissingSeconds);
    }

    [Fact]
    public async Task A_known_video_that_is_gone_fails_alone_and_stays_searchable()
    {
        var copy = _directory.File("copy.mp4");
        File.Copy(Garden, copy);
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(copy, Bunny);
        File.Delete(copy);
        var report = await archive.IngestAsync(new IngestRequest { Paths = [], Sampling = TwoASecond, Beside = true });
        var failure = Assert.Single(report.Failures);
        Assert.Equal((copy, ErrorCodes.FootageNotFound), (failure.Path, failure.Code));
        Assert.Equal(1, report.Encoding!.CompleteVideos);
        Assert.Equal(new Coverage(2, 2, 0, 37, 0, 0), (await archive.SearchAsync("a cat")).Coverage);
    }

    [Fact]
    public async Task Every_command_names_the_encoding_it_speaks_of()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(Bunny);
        var first = (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Id;
        var digest = (await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest;
        var second = (await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true })).Encoding!.Encoding.Id;

        var status = await archive.Ingestion.StatusAsync(CancellationToken.None);
        Assert.Equal([(first, true), (second, false)], status.Encodings.Select(encoding => (encoding.Encoding.Id, encoding.IsActive)));
        Assert.Equal((first, 6), (status.Encoding!.Id, status.Ledger.Samples));

        var verified = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Equal((digest, 6), (verified.Digest, verified.Samples));
        Assert.Equal([first, second], verified.Encodings.Select(encoding => encoding.Encoding.Id));
        var other = await archive.Ingestion.VerifyAsync(new VerifyRequest { Digest = true, Encoding = second }, CancellationToken.None);
        Assert.Equal(verified.Encodings[1].Digest, other.Digest);
        Assert.NotEqual(digest, other.Digest);

        var video = await archive.Search.ResolveVideoAsync("bunny.mp4", CancellationToken.None);
        Assert.Equal(first, (await archive.Search.ExportVectorsAsync(video, false, CancellationToken.None)).EncodingId);
        var exported = await archive.Search.ExportVectorsAsync(video, false, second, CancellationToken.None);
        Assert.Equal((second, other.Samples), (exported.EncodingId, exported.Samples.Count));
        Assert.Equal([VideoState.Searchable, VideoState.Searchable], (await archive.Search.ShowVideoAsync(video, CancellationToken.None)).Encodings.Select(encoding => encoding.State));

        // The index of the second is lost: verify says whose, reindex mends it and leaves digests as they were.
        await archive.Ports.Vectors.DeleteEncodingAsync(second, CancellationToken.None);
        var broken = await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None);
        Assert.All(broken.Problems, problem => Assert.Contains(second, problem.Message, StringComparison.Ordinal));
        Assert.False(broken.Ok);
        Assert.Equal((1, second), await ReindexAsync(archive, second));
        Assert.Equal((1, $"{first} {second}"), await ReindexAsync(archive, null));
        var mended = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(mended.Problems);
        Assert.Equal(verified.Encodings.Select(encoding => encoding.Digest), mended.Encodings.Select(encoding => encoding.Digest));
    }

    [Fact]
    public async Task The_active_encoding_is_never_dropped_and_a_name_that_means_two_is_refused()
    {
        await using var archive = await TestArchive.OpenAsync(_directory.File("archive"));
        await archive.IngestAsync(Bunny);
        var first = (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Id;
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => archive.Ingestion.DropEncodingAsync("starter", CancellationToken.None));
        await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true });
        var ambiguous = await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.Ingestion.DropEncodingAsync("starter", CancellationToken.None));
        Assert.Contains(first, ambiguous.Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.RequestInvalid, () => archive.Ingestion.UseEncodingAsync("no-such-model", false, CancellationToken.None));
        Assert.NotEmpty((await archive.SearchAsync("a rabbit")).Moments);
    }

    [Fact]
    public async Task A_model_that_moved_is_found_under_its_name_by_its_hash()
    {
        var model = _directory.File("there/starter");
        CopyDirectory(TestAssets.StarterModel, model);
        var path = _directory.File("archive");
        await using (var archive = await TestArchive.OpenAsync(path))
            await archive.IngestAsync(new IngestRequest { Paths = [Bunny], ModelDirectory = model });
        Directory.Delete(model, recursive: true);
        await using (var archive = await TestArchive.OpenAsync(path))
            Assert.NotEmpty((await archive.SearchAsync("a rabbit")).Moments);
        await using (var archive = await TestArchive.OpenAsync(path, options: options => options with { DefaultModelDirectory = _directory.File("nothing") }))
            await RefusedAsync(ErrorCodes.ModelNotFound, () => archive.SearchAsync("a rabbit"));
    }

    private static async Task<(int, string)> ReindexAsync(TestArchive archive, string? encoding)
    {
        var report = await archive.Ingestion.ReindexAsync(encoding, new Progress<IngestProgress>(), CancellationToken.None);
        return (report.Videos, string.Join(' ', report.Encodings.Select(summary => summary.Id)));
    }

    private static async Task<ClusterSearchException> RefusedAsync(string code, Func<Task> call)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(call);
        Assert.True(code == fault.Code, $"{code} was expected, {fault.Code} found: {fault.Message}");
        return fault;
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
