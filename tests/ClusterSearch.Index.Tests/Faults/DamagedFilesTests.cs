using System.Buffers.Binary;
using System.IO.Hashing;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Faults;

/// <summary>Bytes all over the files of a small index are damaged in turn, those of manifest and header one by one: whatever changes an answer is found.</summary>
public sealed class DamagedFilesTests : IAsyncLifetime
{
    private const string Encoding = "e1";
    private const int Dimension = 5;

    private readonly TemporaryDirectory _directory = new();
    private readonly InMemoryManifestRegister _manifests = new();
    private string _whole = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string ManifestPath => Path.Combine(EncodingDirectory, _manifests.CurrentAsync(Encoding, Cancellation).GetAwaiter().GetResult()!);

    private string EncodingDirectory => Path.Combine(_directory.Path, Encoding);

    public async ValueTask InitializeAsync()
    {
        var random = new Random(4);
        await using (var store = await OpenAsync())
        {
            await store.ReplaceAsync(Encoding, [Replacement(1, 0, 40, Footage.Units(random, 0, 40, Dimension)), Replacement(2, 0, 5, Footage.Units(random, 0, 5, Dimension))], Cancellation);
            await store.ReplaceAsync(Encoding, [Replacement(1, 32, 64, Footage.Units(random, 32, 9, Dimension))], Cancellation);
        }
        _whole = await AnswersAsync();
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task No_flipped_bit_changes_an_answer_unnoticed()
    {
        var unnoticed = 0;
        foreach (var file in Files())
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            for (var at = 0; at < bytes.Length; at += at < 512 ? 1 : 7)
            {
                var bit = (byte)(1 << (at % 8));
                bytes[at] ^= bit;
                await File.WriteAllBytesAsync(file, bytes, Cancellation);
                if (!await IsNoticedAsync(file, $"bit {bit} of byte {at}")) unnoticed++;
                bytes[at] ^= bit;
            }
            await File.WriteAllBytesAsync(file, bytes, Cancellation);
        }
        // Only the zeros between blocks, which nothing reads.
        Assert.InRange(unnoticed, 0, Files().Length * 12 * SegmentFormat.Alignment);
        Assert.Equal(_whole, await AnswersAsync());
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_noticed()
    {
        foreach (var file in Files())
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            for (var length = 0; length < bytes.Length; length += length < 64 ? 1 : 37)
            {
                await File.WriteAllBytesAsync(file, bytes[..length], Cancellation);
                Assert.True(await IsNoticedAsync(file, $"cut to {length} bytes"), $"{Path.GetFileName(file)} cut to {length} of {bytes.Length} bytes");
            }
            await File.WriteAllBytesAsync(file, bytes, Cancellation);
        }
    }

    [Fact]
    public async Task A_missing_segment_is_named()
    {
        var segment = Files()[1];
        File.Delete(segment);
        await using var store = await OpenAsync();
        AssertSays(await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation)), ErrorCodes.ArchiveCorrupt, segment);
        Assert.Contains(await store.VerifyAsync(Cancellation), line => line.Contains(Path.GetFileName(segment), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_index_can_be_deleted_and_made_again()
    {
        foreach (var file in Files()) await File.WriteAllBytesAsync(file, new byte[100], Cancellation);
        await using var store = await OpenAsync();
        await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation));
        await store.DeleteEncodingAsync(Encoding, Cancellation);
        await store.ReplaceAsync(Encoding, [Replacement(1, 0, 40, Footage.Units(new Random(1), 0, 40, Dimension))], Cancellation);
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        Assert.Equal(40, (await snapshot.CountAsync(VectorFilter.None, Cancellation)).Samples);
        Assert.Empty(await store.VerifyAsync(Cancellation));
    }

    [Fact]
    public async Task A_manifest_of_a_later_release_is_refused_and_left_alone()
    {
        var later = new Manifest(Manifest.CurrentVersion + 1, 9, Dimension, ["later.seg"]);
        await File.WriteAllBytesAsync(ManifestPath, later.ToBytes(), Cancellation);
        var before = await File.ReadAllBytesAsync(ManifestPath, Cancellation);
        await using var store = await OpenAsync();
        AssertSays(await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation)), ErrorCodes.ArchiveVersion, ManifestPath);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => store.ReplaceAsync(Encoding, [Replacement(1, 0, 16, [])], Cancellation));
        Assert.Equal(ErrorCodes.ArchiveVersion, fault.Code);
        Assert.Contains(await store.VerifyAsync(Cancellation), line => line.Contains(Path.GetFileName(ManifestPath), StringComparison.Ordinal));
        Assert.Equal(before, await File.ReadAllBytesAsync(ManifestPath, Cancellation));
    }

    [Fact]
    public async Task An_index_of_the_first_format_is_refused_in_a_line_that_names_reindex_and_can_be_replaced()
    {
        await File.WriteAllBytesAsync(ManifestPath, new Manifest(1, 9, Dimension, ["000000000001-first.seg"]).ToBytes(), Cancellation);
        await using var store = await OpenAsync();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation));
        AssertSays(fault, ErrorCodes.ArchiveVersion, ManifestPath);
        Assert.Contains("clustersearch reindex", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        await store.DeleteEncodingAsync(Encoding, Cancellation);
        await store.ReplaceAsync(Encoding, [Replacement(1, 0, 40, Footage.Units(new Random(4), 0, 40, Dimension))], Cancellation);
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        Assert.Equal(40, (await snapshot.CountAsync(VectorFilter.None, Cancellation)).Samples);
    }

    [Fact]
    public async Task A_segment_of_a_later_release_is_refused()
    {
        var segment = Files()[1];
        var bytes = await File.ReadAllBytesAsync(segment, Cancellation);
        bytes[SegmentFormat.Magic.Length]++;
        var checksumAt = SegmentFormat.HeaderBytes - sizeof(ulong);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(checksumAt), XxHash3.HashToUInt64(bytes.AsSpan(0, checksumAt)));
        await File.WriteAllBytesAsync(segment, bytes, Cancellation);
        await using var store = await OpenAsync();
        AssertSays(await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation)), ErrorCodes.ArchiveVersion, segment);
    }

    /// <summary>Whether opening fails or verification complains; if neither, every answer must be what it was.</summary>
    private async Task<bool> IsNoticedAsync(string file, string damage)
    {
        await using var store = await OpenAsync();
        var lines = await store.VerifyAsync(Cancellation);
        if (lines.Count > 0)
        {
            Assert.Contains(lines, line => line.Contains(Path.GetFileName(file), StringComparison.Ordinal));
            Assert.All(lines, line => Assert.DoesNotContain('\n', line));
            return true;
        }
        var answers = await AnswersAsync();
        Assert.True(answers == _whole, $"{Path.GetFileName(file)}, {damage}: verification says nothing, and answers differ");
        return false;
    }

    private async Task<string> AnswersAsync()
    {
        await using var store = await OpenAsync();
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        var answers = new List<string>();
        foreach (var video in await snapshot.ListVideosAsync(Cancellation))
        {
            await foreach (var unit in snapshot.ReadUnitsAsync(video, Cancellation))
                answers.Add($"{unit.Key} {unit.Digest} {string.Join(' ', unit.Seconds)}");
        }
        foreach (var filter in new[] { VectorFilter.None, new VectorFilter { Cameras = new HashSet<string> { "gate 2" } }, new VectorFilter { RecordedAfter = DateTimeOffset.UnixEpoch.AddSeconds(3) } })
            answers.Add((await snapshot.CountAsync(filter, Cancellation)).ToString());
        // Scores show every byte of codes, means, scales and vectors that a search looks at.
        float[] query = [0.1f, -0.2f, 0.3f, 0.4f, -0.5f];
        using var exact = snapshot.Exactly();
        foreach (var view in new[] { snapshot, snapshot.ForShots(), exact })
        {
            answers.AddRange((await view.SearchUnitsAsync([query], VectorFilter.None, 9, Cancellation))[0].Select(hit => $"{hit}"));
            answers.AddRange((await view.SearchSamplesAsync([query], VectorFilter.None, 9, Cancellation))[0].Select(hit => $"{hit} {hit.Score:R}"));
        }
        return string.Join('\n', answers);
    }

    private static void AssertSays(ClusterSearchException fault, string code, string file)
    {
        Assert.Equal(code, fault.Code);
        Assert.Contains(Path.GetFileName(file), fault.Message, StringComparison.Ordinal);
        Assert.Contains("reindex", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private static UnitReplacement Replacement(int video, long first, long end, IReadOnlyList<Unit> units) =>
        new(Footage.Id(video), new VideoAttributes($"gate {video}", null, DateTimeOffset.UnixEpoch), new SampleRange(first, end), units);

    /// <summary>The current manifest, and the segments that it names.</summary>
    private string[] Files() => [ManifestPath, .. Manifest.Read(ManifestPath)!.Segments.Select(name => Path.Combine(EncodingDirectory, name))];

    private Task<EmbeddedVectorStore> OpenAsync() => EmbeddedVectorStore.OpenAsync(_directory.Path, _manifests, new EmbeddedIndexOptions { Threads = 1, ExactPieces = 0 }, Cancellation);
}
