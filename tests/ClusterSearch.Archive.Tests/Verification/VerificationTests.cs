namespace ClusterSearch.Archive.Tests.Verification;

/// <summary>
/// Whatever happens to an archive's files and rows: verify names it, its repair leaves nothing to name, and after an ingest
/// the digest is that of the undamaged archive.
/// </summary>
public sealed class VerificationTests(WholeArchive whole)
{
    [Theory]
    [InlineData("*.vec", VerifyCodes.VectorsBroken)]
    [InlineData("*.seg", VerifyCodes.IndexBroken)]
    [InlineData("*.manifest", VerifyCodes.IndexBroken)]
    public async Task A_flipped_bit_and_a_cut_file_are_found_wherever_they_are(string pattern, string code)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 3; round++)
        {
            var archive = whole.Copy();
            var files = Files(archive, pattern);
            var file = files[random.Next(files.Count)];
            var bytes = await File.ReadAllBytesAsync(file);
            var at = random.Next(bytes.Length);
            if (round % 2 == 0) bytes[at] ^= (byte)(1 << random.Next(8));
            else bytes = bytes[..at];
            await File.WriteAllBytesAsync(file, bytes);
            await MendAsync(archive, code, $"seed {seed}, round {round}, {Path.GetFileName(file)} at {at}");
        }
    }

    [Fact]
    public async Task Deleted_files_are_found()
    {
        foreach (var (pattern, code) in new[] { ("*.vec", VerifyCodes.VectorsMissing), ("*.seg", VerifyCodes.IndexBroken), ("*.manifest", VerifyCodes.IndexBroken) })
        {
            var archive = whole.Copy();
            File.Delete(Files(archive, pattern)[0]);
            await MendAsync(archive, code, $"{pattern} deleted");
        }
        foreach (var (name, code) in new[] { ("vectors", VerifyCodes.VectorsMissing), ("index", VerifyCodes.IndexBroken) })
        {
            var archive = whole.Copy();
            Directory.Delete(Path.Combine(archive, name), recursive: true);
            await MendAsync(archive, code, $"{name} deleted");
        }
    }

    [Fact]
    public async Task Files_that_do_not_count_are_named_and_swept()
    {
        var archive = whole.Copy();
        var vectors = Files(archive, "*.vec")[0];
        var unknown = Path.Combine(archive, "vectors", "0123456789ab", "aa", new string('a', 32), "000000-token.vec");
        Directory.CreateDirectory(Path.GetDirectoryName(unknown)!);
        var extra = new[]
        {
            (Path: Path.Combine(Path.GetDirectoryName(vectors)!, $"000000-{new string('f', 32)}.vec"), Code: VerifyCodes.VectorsLeftover),
            (Path: Path.Combine(Path.GetDirectoryName(vectors)!, $"000099-{new string('e', 32)}.vec.tmp"), Code: VerifyCodes.VectorsLeftover),
            (Path: unknown, Code: VerifyCodes.EncodingUnknown),
        };
        foreach (var (path, _) in extra) File.Copy(vectors, path);
        await using (var open = await TestArchive.OpenAsync(archive))
        {
            var report = await open.Ingestion.VerifyAsync(digest: false, CancellationToken.None);
            Assert.True(report.Ok);
            Assert.Equal(extra.Length, report.Leftovers.Count);
            foreach (var (path, code) in extra) Assert.Contains(report.Leftovers, problem => problem.Code == code && problem.Message.StartsWith(path, StringComparison.Ordinal));
        }
        await MendAsync(archive, VerifyCodes.EncodingUnknown, "extra files", expectedRequeued: 0);
        Assert.DoesNotContain(extra, file => File.Exists(file.Path));
        Assert.False(Directory.Exists(Path.Combine(archive, "vectors", "0123456789ab")));
    }

    [Theory]
    [InlineData("DELETE FROM chunk WHERE plan = LONGEST AND chunk_index = 1", VerifyCodes.LedgerChunks)]
    [InlineData("DELETE FROM chunk WHERE plan = LONGEST AND chunk_index = (SELECT max(chunk_index) FROM chunk WHERE plan = LONGEST)", VerifyCodes.LedgerChunks)]
    [InlineData("DELETE FROM video WHERE id = (SELECT video FROM plan WHERE number = LONGEST)", VerifyCodes.IndexStranger)]
    [InlineData("DELETE FROM plan WHERE number = LONGEST", VerifyCodes.IndexStranger)]
    [InlineData("PRAGMA foreign_keys = 0; DELETE FROM video WHERE id = (SELECT video FROM plan WHERE number = LONGEST)", VerifyCodes.LedgerVideo)]
    [InlineData("PRAGMA foreign_keys = 0; DELETE FROM video WHERE id = (SELECT video FROM plan WHERE number = LONGEST); DELETE FROM place WHERE video NOT IN (SELECT id FROM video)", VerifyCodes.LedgerVideo)]
    [InlineData("PRAGMA foreign_keys = 0; DELETE FROM encoding_totals; DELETE FROM encoding", VerifyCodes.EncodingUnknown)]
    [InlineData("PRAGMA foreign_keys = 0; INSERT INTO place SELECT 'lost', relative_path, video, file_bytes, modified_ns FROM place", VerifyCodes.LedgerPlace)]
    [InlineData("UPDATE chunk SET sample_count = sample_count - 1 WHERE plan = LONGEST AND chunk_index = 0", VerifyCodes.VectorsContent)]
    [InlineData("UPDATE chunk SET vector_sha256 = 'another' WHERE plan = LONGEST AND chunk_index = 0", VerifyCodes.VectorsBroken)]
    [InlineData("UPDATE chunk SET state = 2 WHERE plan = LONGEST AND chunk_index = 0; UPDATE chunk SET state = 0, token = NULL, fingerprint = NULL, vector_bytes = NULL, vector_sha256 = NULL, sample_count = NULL, missing_samples = NULL WHERE plan = LONGEST AND chunk_index = 0", VerifyCodes.IndexUnits)]
    public async Task Rows_that_are_lost_or_wrong_are_found(string sql, string code)
    {
        var archive = whole.Copy();
        WholeArchive.Execute(archive, sql);
        await MendAsync(archive, code, sql);
    }

    [Fact]
    public async Task What_an_aggregation_has_written_and_not_yet_told_is_no_problem()
    {
        var archive = whole.Copy();
        // As a kill between the index's write and the ledger's leaves it, at the end and in the middle of a video.
        WholeArchive.Execute(archive, "UPDATE chunk SET state = 2 WHERE plan = SHORTEST AND chunk_index >= 0; UPDATE chunk SET state = 2 WHERE plan = LONGEST AND chunk_index = 1");
        await using var open = await TestArchive.OpenAsync(archive);
        Assert.Empty((await open.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
        // And as one before the index's write leaves it.
        var encoding = (await open.Ports.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        foreach (var video in await open.Ports.Catalog.ListToAggregateAsync(encoding, CancellationToken.None))
        {
            await open.Ports.Catalog.UnmarkIndexedAsync(video, encoding, CancellationToken.None);
            await open.Ports.Vectors.DeleteVideoAsync(video, encoding, CancellationToken.None);
        }
        Assert.Empty((await open.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
        await open.IngestAsync(WholeArchive.Request);
        Assert.Equal(whole.Digest, (await open.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task Verify_beside_a_running_ingest_finds_nothing()
    {
        using var directory = new Testing.TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        await using var reader = await TestArchive.OpenAsync(directory.File("archive"));
        var ingest = archive.IngestAsync(WholeArchive.Request with { ChunkDuration = TimeSpan.FromSeconds(4), Workers = 2 });
        var looks = 0;
        for (; !ingest.IsCompleted; looks++)
            Assert.Empty((await reader.Ingestion.VerifyAsync(digest: looks % 2 == 0, CancellationToken.None)).Problems);
        await ingest;
        Assert.True(looks > 3, $"{looks} looks");
        Assert.Equal(whole.Digest, (await reader.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task A_repair_waits_for_no_running_ingest_and_says_so()
    {
        await using var open = await TestArchive.OpenAsync(whole.Copy());
        using var only = Ingestion.IngestLock.Take(open.Options);
        var fault = await Assert.ThrowsAsync<Core.ClusterSearchException>(() => open.Ingestion.VerifyAsync(new VerifyRequest { Repair = true }, CancellationToken.None));
        Assert.Equal(Core.ErrorCodes.ArchiveBusy, fault.Code);
        Assert.Empty((await open.Ingestion.VerifyAsync(digest: false, CancellationToken.None)).Problems);
        fault = await Assert.ThrowsAsync<Core.ClusterSearchException>(() => open.Ingestion.VerifyAsync(new VerifyRequest { Digest = true, Encoding = "none" }, CancellationToken.None));
        Assert.Equal(Core.ErrorCodes.RequestInvalid, fault.Code);
    }

    private static IReadOnlyList<string> Files(string archive, string pattern) => pattern is "*.seg" or "*.manifest"
        ? WholeArchive.CurrentIndexFiles(archive, segments: pattern == "*.seg")
        : [.. Directory.EnumerateFiles(archive, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <param name="code">An index that is broken in a block of its segments alone is named by the videos that lie there.</param>
    private async Task MendAsync(string archive, string code, string what, int? expectedRequeued = null)
    {
        await using var open = await TestArchive.OpenAsync(archive);
        var repaired = await open.Ingestion.VerifyAsync(new VerifyRequest { Repair = true }, CancellationToken.None);
        var found = repaired.Problems.Concat(repaired.Leftovers).ToList();
        Assert.True(found.Exists(problem => problem.Code == code || (code == VerifyCodes.IndexBroken && problem.Code == VerifyCodes.IndexUnits)), $"{what}: {string.Join("\n", found)}");
        Assert.All(found, problem => Assert.DoesNotContain('\n', problem.ToString()));
        Assert.True(repaired.Ok, $"{what}, after the repair: {string.Join("\n", repaired.Remaining)}");
        if (expectedRequeued is { } requeued) Assert.Equal(requeued, repaired.Requeued);

        var again = await open.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.True(again.Problems.Count + again.Leftovers.Count == 0, $"{what}, once more: {string.Join("\n", again.Problems.Concat(again.Leftovers))}");
        if (repaired.Requeued == 0 && again.Digest == whole.Digest) return;
        Assert.Empty((await open.IngestAsync(WholeArchive.Request)).Failures);
        again = await open.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.True(again.Problems.Count == 0, $"{what}, after the ingest: {string.Join("\n", again.Problems)}");
        Assert.True(whole.Digest == again.Digest, $"{what}: the digest differs");
    }
}
