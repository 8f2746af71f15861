using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests;

/// <summary>Damaged files, files of another version, a full disk.</summary>
public sealed class FaultTests : IndexFixture
{
    [Theory]
    [InlineData("magic")]
    [InlineData("version")]
    [InlineData("header")]
    [InlineData("videos")]
    [InlineData("covers")]
    [InlineData("centre")]
    [InlineData("checksums")]
    public async Task A_flipped_byte_of_header_or_tables_is_found_when_the_segment_is_opened(string block)
    {
        await WriteOneAsync();
        Flip(Segments[0], PlaceOf(block));
        await using var store = await OpenAsync();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, fault.Code);
        Assert.Contains(Segments[0], fault.Message, StringComparison.Ordinal);
        var found = Assert.Single(await store.CheckAsync(Encoding, Cancellation));
        Assert.Null(found.Videos);
    }

    [Fact]
    public async Task A_segment_cut_short_anywhere_is_corrupt()
    {
        await WriteOneAsync();
        var whole = await File.ReadAllBytesAsync(Segments[0], Cancellation);
        foreach (var length in new[] { 0, 1, 191, 192, 5000, whole.Length / 2, whole.Length - 1 })
        {
            await File.WriteAllBytesAsync(Segments[0], whole[..length], Cancellation);
            await AssertFaultAsync(ErrorCodes.ArchiveCorrupt);
        }
        File.Delete(Segments[0]);
        await AssertFaultAsync(ErrorCodes.ArchiveCorrupt);
    }

    [Fact]
    public async Task Any_flipped_byte_and_any_cut_of_the_manifest_is_corrupt()
    {
        await WriteOneAsync();
        var whole = await File.ReadAllBytesAsync(ManifestPath, Cancellation);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= 0x10;
            await File.WriteAllBytesAsync(ManifestPath, damaged, Cancellation);
            await AssertFaultAsync(ErrorCodes.ArchiveCorrupt);
        }
        for (var length = 0; length < whole.Length; length += 5)
        {
            await File.WriteAllBytesAsync(ManifestPath, whole[..length], Cancellation);
            await AssertFaultAsync(ErrorCodes.ArchiveCorrupt);
        }
    }

    [Fact]
    public async Task A_later_version_is_refused_by_name()
    {
        await WriteOneAsync();
        var segment = await File.ReadAllBytesAsync(Segments[0], Cancellation);
        segment[8] = 99;
        BitConverter.GetBytes(XxHash3.HashToUInt64(segment.AsSpan(0, 184))).CopyTo(segment, 184);
        await File.WriteAllBytesAsync(Segments[0], segment, Cancellation);
        await AssertFaultAsync(ErrorCodes.ArchiveVersion);

        // With a body that this version does not understand.
        const string Json = """{"version":99,"segments":{"a":1}}""";
        await File.WriteAllTextAsync(ManifestPath, $"{Json}\n{XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(Json)):x16}\n", Cancellation);
        await AssertFaultAsync(ErrorCodes.ArchiveVersion);
    }

    [Fact]
    public async Task A_full_disk_changes_nothing_and_the_same_write_works_once_there_is_space()
    {
        Directory.CreateDirectory(IndexDirectory);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", IndexDirectory) == 0, "needs the right to mount a small file system");
        try
        {
            var random = new Random(43);
            await using var store = await OpenAsync();
            await PutAsync(store, 1, 0, Units(random, 0, 200, Dimension));
            var query = Direction(random, Dimension);
            var before = await AllAsync(store, query);
            var files = Directory.GetFiles(EncodingDirectory);
            var ballast = Path.Combine(IndexDirectory, "ballast");
            var units = Units(random, 0, 1000, Dimension);
            // Full to the last page: neither segment nor manifest; then room for a part of a segment.
            foreach (var free in new[] { 0, 8192, 24_576 })
            {
                Fill(ballast, free);
                var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 2, 0, units));
                Assert.Equal(ErrorCodes.ArchiveDiskFull, fault.Code);
                Assert.Equal(files, Directory.GetFiles(EncodingDirectory));
                var after = await AllAsync(store, query);
                Assert.Equal(before.Samples, after.Samples);
                File.Delete(ballast);
            }
            await PutAsync(store, 2, 0, units);
            Assert.Equal(1200, await CountAsync(store));
            Assert.Empty(await store.VerifyAsync(Cancellation));
        }
        finally
        {
            Run("umount", "-l", IndexDirectory);
        }
    }

    private async Task WriteOneAsync()
    {
        await using var store = await OpenAsync();
        // More than a block of vectors, so that there are two checksums.
        await PutAsync(store, 1, 0, Units(new Random(41), 0, 8000, Dimension));
    }

    private async Task AssertFaultAsync(string code)
    {
        await using var store = await OpenAsync();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => store.SnapshotAsync(Encoding, Cancellation));
        Assert.Equal(code, fault.Code);
        await Assert.ThrowsAsync<ClusterSearchException>(() => store.DeleteVideoAsync(Id(1), Encoding, Cancellation));
    }

    private long PlaceOf(string block)
    {
        var bytes = File.ReadAllBytes(Segments[0]);
        var header = SegmentFormat.Header.Read(bytes.AsSpan(0, SegmentFormat.HeaderBytes), bytes.Length, Segments[0]);
        return block switch
        {
            "magic" => 2,
            "version" => 8,
            "header" => 33,
            "videos" => header.VideosOffset + 40,
            "covers" => header.CoversOffset + 9,
            "centre" => header.CentreOffset + 5,
            _ => header.ChecksumsOffset + 8,
        };
    }

    private static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 4));
    }

    private static void Fill(string path, int leave)
    {
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            try
            {
                while (true) file.Write(new byte[4096]);
            }
            catch (IOException)
            {
                // Full.
            }
        }
        using var shorter = new FileStream(path, FileMode.Open);
        shorter.SetLength(shorter.Length - leave);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
