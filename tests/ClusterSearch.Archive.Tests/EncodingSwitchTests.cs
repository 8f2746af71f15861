using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Searching while a second encoding comes, takes over, and the first one goes.</summary>
public sealed class EncodingSwitchTests(WholeArchive samples) : IDisposable
{
    private static readonly Sampling TwoASecond = Sampling.Grid(new Rational(2, 1));
    private static readonly string Bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task No_query_fails_or_mixes_while_another_rate_takes_over()
    {
        string? expected;
        await using (var fresh = await TestArchive.OpenAsync(_directory.File("fresh")))
        {
            await fresh.IngestAsync(new IngestRequest { Paths = [TestAssets.Samples], Sampling = TwoASecond });
            expected = (await fresh.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest;
        }
        await TakeOverAsync(new IngestRequest { Paths = [], Sampling = TwoASecond, Beside = true }, expected);
    }

    [Fact]
    public async Task No_query_fails_or_mixes_while_another_model_takes_over()
    {
        var model = TestAssets.ModelFixture("clip-tiny");
        Assert.SkipWhen(TestAssets.Missing(model) is not null, TestAssets.Missing(model) ?? "");
        await TakeOverAsync(new IngestRequest { Paths = [], ModelDirectory = model, Beside = true }, null);
    }

    [Fact]
    public async Task A_query_whose_encoding_is_dropped_under_it_is_answered_by_the_new_one()
    {
        var path = _directory.File("archive");
        await using var archive = await TestArchive.OpenAsync(path);
        await archive.IngestAsync(Bunny);
        var first = (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Id;
        var second = (await archive.IngestAsync(new IngestRequest { Paths = [Bunny], Sampling = TwoASecond, Beside = true })).Encoding!.Encoding.Id;
        var dropped = 0;
        await using var reader = await TestArchive.OpenAsync(path, ports => ports with
        {
            Vectors = new InterceptedVectors(ports.Vectors)
            {
                // Between the query's look at the catalogue and its look at the index: the worst moment there is.
                BeforeSnapshot = async () =>
                {
                    if (dropped++ > 0) return;
                    await archive.Ingestion.UseEncodingAsync(second, force: false, CancellationToken.None);
                    await archive.Ingestion.DropEncodingAsync(first, CancellationToken.None);
                },
            },
        });
        var answer = await reader.SearchAsync("a rabbit");
        Assert.Equal(second, answer.Encoding!.Id);
        Assert.True(dropped > 1, "the query was not asked again");
        Assert.InRange(answer.Coverage.Samples, 11, 12);
        Assert.NotEmpty(answer.Moments);
    }

    [Theory]
    [InlineData("index")]
    [InlineData("vectors")]
    public async Task A_drop_that_is_cut_short_is_ended_by_the_next_change(string before)
    {
        var path = _directory.File("archive");
        string first, second;
        await using (var archive = await TestArchive.OpenAsync(path, ports => ports with
        {
            Vectors = before == "index" ? new InterceptedVectors(ports.Vectors) { BeforeDeletion = Cut } : ports.Vectors,
            RawVectors = before == "vectors" ? new CutRawVectors(ports.RawVectors) : ports.RawVectors,
        }))
        {
            await archive.IngestAsync(Bunny);
            first = (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Id;
            second = (await archive.IngestAsync(new IngestRequest { Paths = [], Sampling = TwoASecond, Beside = true })).Encoding!.Encoding.Id;
            await archive.Ingestion.UseEncodingAsync(second, force: false, CancellationToken.None);
            await Assert.ThrowsAsync<IOException>(() => archive.Ingestion.DropEncodingAsync(first, CancellationToken.None));
            Assert.NotEmpty((await archive.SearchAsync("a rabbit")).Moments);
            Assert.True((await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Ok);
        }
        Assert.True(Directory.Exists(Path.Combine(path, "vectors", first)));
        await using (var archive = await TestArchive.OpenAsync(path))
        {
            // The same encoding again, from nothing: what was left over must not stand in for it.
            var again = await archive.IngestAsync(new IngestRequest { Paths = [], Sampling = Sampling.Default, Beside = true });
            Assert.Equal((first, 6), (again.Encoding!.Encoding.Id, again.Samples));
            await archive.Ingestion.DropEncodingAsync(first, CancellationToken.None);
            Assert.True((await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Ok);
        }
        AssertOnly(path, second);

        static Task Cut() => throw new IOException("cut short");
    }

    /// <summary>One archive ingests, switches and drops; another one on the same directory, as another process has it, searches all the time.</summary>
    private async Task TakeOverAsync(IngestRequest second, string? expectedDigest)
    {
        var path = samples.Copy();
        await using var archive = await TestArchive.OpenAsync(path);
        var first = (await archive.Ingestion.StatusAsync(CancellationToken.None)).Encoding!.Id;

        await using var reader = await TestArchive.OpenAsync(path);
        using var stop = new CancellationTokenSource();
        using var answered = new SemaphoreSlim(0);
        var answers = new List<SearchAnswer>();
        var searching = Task.Run(async () =>
        {
            var queries = new[] { "a cat", "a cup of coffee", "a rocket", "a temple by a lake" };
            while (!stop.IsCancellationRequested)
            {
                answers.Add(await reader.SearchAsync(queries[answers.Count % queries.Length]));
                answered.Release();
            }
        });
        var report = await archive.IngestAsync(second);
        var target = report.Encoding!.Encoding;
        Assert.Empty(report.Failures);
        Assert.Equal((3, false), (report.Encoding.CompleteVideos, report.Encoding.IsActive));
        var beforeSwitch = answers.Count;
        await archive.Ingestion.UseEncodingAsync(target.Id, force: false, CancellationToken.None);
        await AnswersAsync(beforeSwitch + 4);
        await archive.Ingestion.DropEncodingAsync(first, CancellationToken.None);
        var beforeEnd = answers.Count;
        await AnswersAsync(beforeEnd + 4);
        await stop.CancelAsync();
        await searching;

        Assert.True(beforeSwitch > 0, "no query was asked during the ingest");
        Assert.All(answers, answer =>
        {
            var isFirst = answer.Encoding!.Id == first;
            Assert.True(isFirst || answer.Encoding.Id == target.Id);
            Assert.Equal(isFirst ? 64 : report.Samples, answer.Coverage.Samples);
            Assert.Equal((3, 3, 0), (answer.Coverage.Videos, answer.Coverage.Searchable, (int)answer.Coverage.MissingSeconds));
            Assert.NotEmpty(answer.Moments);
        });
        // Once the new one was used, the old one never came back.
        var switchedAt = answers.FindIndex(answer => answer.Encoding!.Id == target.Id);
        Assert.All(answers.Skip(switchedAt), answer => Assert.Equal(target.Id, answer.Encoding!.Id));
        Assert.All(answers.Take(beforeSwitch), answer => Assert.Equal(first, answer.Encoding!.Id));

        var verified = await archive.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(verified.Problems);
        if (expectedDigest is not null) Assert.Equal(expectedDigest, verified.Digest);
        AssertOnly(path, target.Id);
        // The searching side has let go too, or the disk would not have its space back.
        if (OperatingSystem.IsLinux()) Assert.DoesNotContain($"{path}/index/{first}/", await File.ReadAllTextAsync("/proc/self/maps"), StringComparison.Ordinal);

        async Task AnswersAsync(int count)
        {
            while (answers.Count < count && !searching.IsCompleted) await Task.WhenAny(answered.WaitAsync(), searching);
            if (searching.IsFaulted) await searching;
        }
    }

    private static void AssertOnly(string archive, string encoding)
    {
        foreach (var room in new[] { "index", "vectors" })
            Assert.Equal([encoding], Directory.EnumerateDirectories(Path.Combine(archive, room)).Select(path => Path.GetFileName(path)));
    }

    private sealed class InterceptedVectors(IVectorStore inner) : IVectorStore
    {
        public Func<Task> BeforeSnapshot { get; init; } = () => Task.CompletedTask;

        public Func<Task> BeforeDeletion { get; init; } = () => Task.CompletedTask;

        public Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation) =>
            inner.ReplaceAsync(encodingId, replacements, cancellation);

        public Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation) => inner.DeleteVideoAsync(video, encodingId, cancellation);

        public async Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation)
        {
            await BeforeDeletion();
            await inner.DeleteEncodingAsync(encodingId, cancellation);
        }

        public async Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation)
        {
            await BeforeSnapshot();
            return await inner.SnapshotAsync(encodingId, cancellation);
        }

        public Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => inner.ListEncodingsAsync(cancellation);

        public Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation) => inner.CheckAsync(encodingId, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Deletes no encoding.</summary>
    private sealed class CutRawVectors(IRawVectorStore inner) : IRawVectorStore
    {
        public Task<RawVectorReceipt> WriteAsync(RawVectorKey key, EmbeddedChunk chunk, CancellationToken cancellation) => inner.WriteAsync(key, chunk, cancellation);

        public Task<EmbeddedChunk> ReadAsync(RawVectorKey key, CancellationToken cancellation) => inner.ReadAsync(key, cancellation);

        public Task<EmbeddedChunk> ReadColumnsAsync(RawVectorKey key, CancellationToken cancellation) => inner.ReadColumnsAsync(key, cancellation);

        public Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation) => inner.DeleteVideoAsync(video, encodingId, cancellation);

        public Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation) => throw new IOException("cut short");

        public Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => inner.ListEncodingsAsync(cancellation);

        public IAsyncEnumerable<EmbeddedChunk> ReadPiecesAsync(RawVectorKey key, int maximumSamples, CancellationToken cancellation) =>
            inner.ReadPiecesAsync(key, maximumSamples, cancellation);

        public Task CheckAsync(RawVectorKey key, RawVectorReceipt receipt, CancellationToken cancellation) => inner.CheckAsync(key, receipt, cancellation);

        public Task CopyAsync(RawVectorKey from, RawVectorKey to, CancellationToken cancellation) => inner.CopyAsync(from, to, cancellation);

        public IAsyncEnumerable<StoredVectorFile> ListFilesAsync(string encodingId, CancellationToken cancellation) => inner.ListFilesAsync(encodingId, cancellation);

        public Task DeleteFileAsync(StoredVectorFile file, CancellationToken cancellation) => inner.DeleteFileAsync(file, cancellation);

        public Task SweepAsync(VideoId video, string encodingId, Func<CancellationToken, Task<IReadOnlySet<RawVectorKey>>> findCounted, CancellationToken cancellation) =>
            inner.SweepAsync(video, encodingId, findCounted, cancellation);
    }
}
