using System.Buffers.Binary;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Probing;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>Matroska as its writer leaves it while it is still at work: no index, no duration.</summary>
public sealed class UnindexedMatroskaTests(TestFootage footage) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FfmpegFootageReader _reader = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Clusters_are_found_by_their_times()
    {
        var path = await UnfinishedAsync();
        var clusters = SlowClusters(File.ReadAllBytes(path));
        Assert.InRange(clusters.Count, 40, 400);
        var file = UnindexedMatroska.Open(path)!;
        Assert.Equal(clusters[0].Offset, file.HeaderBytes);
        Assert.Equal(clusters[^1].Seconds, file.LastSeconds(), 1e-9);
        for (var seconds = -1.0; seconds < 200; seconds += 0.37)
            Assert.Equal(clusters.LastOrDefault(cluster => cluster.Seconds <= seconds, clusters[0]).Offset, file.ClusterAt(seconds));
    }

    [Fact]
    public void Clusters_of_unknown_size_marks_by_chance_and_half_a_cluster_at_the_end_are_told_apart()
    {
        // Ticks of a microsecond; in the second cluster's content a mark that no time follows.
        var path = _directory.File("live.webm");
        byte[] header =
        [
            0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0x15, 0x49, 0xA9, 0x66, 0x86, 0x2A, 0xD7, 0xB1, 0x82, 0x03, 0xE8,
        ];
        var bytes = new List<byte>(header);
        var offsets = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            offsets.Add(bytes.Count);
            bytes.AddRange([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x84, .. BigEndian(i * 2_000_000)]);
            bytes.AddRange([0xA3, 0x88, 0x81, 0, 0, 0x80, 0x1F, 0x43, 0xB6, 0x75]);
        }
        bytes.AddRange([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7]);
        File.WriteAllBytes(path, [.. bytes]);
        var file = UnindexedMatroska.Open(path)!;
        Assert.Equal(header.Length, file.HeaderBytes);
        Assert.Equal(8, file.LastSeconds());
        for (var i = 0; i < 5; i++)
            foreach (var seconds in new[] { i * 2.0, i * 2 + 1.9 }) Assert.Equal(offsets[i], file.ClusterAt(seconds));

        static byte[] BigEndian(int value)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            return bytes;
        }
    }

    [Fact]
    public async Task Finished_files_and_other_containers_are_left_to_ffmpeg()
    {
        foreach (var name in new[] { "vfr.mkv", "closed.mp4", "open-gop.ts" }) Assert.Null(UnindexedMatroska.Open(await footage.GetAsync(name)));
        Assert.Null(UnindexedMatroska.Open(_directory.File("absent.mkv")));
        File.WriteAllBytes(_directory.File("empty.mkv"), []);
        Assert.Null(UnindexedMatroska.Open(_directory.File("empty.mkv")));
        // Cut anywhere, it is read or passed over, never a crash.
        var bytes = await File.ReadAllBytesAsync(await footage.GetAsync("no-cues.mkv"));
        for (var length = 1; length < 600; length++)
        {
            File.WriteAllBytes(_directory.File("cut.mkv"), bytes[..length]);
            UnindexedMatroska.Open(_directory.File("cut.mkv"))?.ClusterAt(1);
        }
    }

    [Fact]
    public async Task What_lies_before_a_range_is_not_read()
    {
        // Of the same recording: finished, unfinished, and unfinished with a gigabyte that is no cluster in its middle.
        var finished = await FinishedAsync();
        var unfinished = await UnfinishedAsync();
        var hollow = _directory.File("hollow.mkv");
        var bytes = await File.ReadAllBytesAsync(unfinished);
        var clusters = SlowClusters(bytes);
        var (first, last) = (clusters[clusters.Count / 4].Offset, clusters[clusters.Count * 3 / 4].Offset);
        await using (var file = File.Create(hollow))
        {
            file.Write(bytes.AsSpan(0, (int)first));
            file.Position = first + (1L << 30);
            file.Write(bytes.AsSpan((int)last));
        }
        var expected = await _reader.ProbeAsync(finished, CancellationToken.None);
        var grid = SampleGrid.Create(expected, Sampling.Default);
        var range = new SampleRange(grid.Count - 20, grid.Count - 5);
        var samples = await _reader.ReadAsync(finished, expected, grid, range);
        Assert.Equal(15, samples.Count);
        foreach (var path in new[] { unfinished, hollow })
        {
            var trace = new DecodeTrace();
            var facts = await _reader.ProbeAsync(path, CancellationToken.None);
            Assert.Equal((expected.StartTicks, expected.DurationTicks, true), (facts.StartTicks, facts.DurationTicks, facts.DurationCounted));
            Assert.Equal(samples, await _reader.ReadAsync(path, facts, SampleGrid.Create(facts, Sampling.Default), range, trace: trace));
            // From the beginning there would be 1,800 frames, and a gigabyte to look for the next cluster in.
            Assert.InRange(trace.DecodedFrames, 15 * 10, 800);
            Assert.InRange(trace.ProcessorTime, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>Three minutes, a key frame each ten seconds at most, clusters of a second.</summary>
    private async Task<string> FinishedAsync()
    {
        var path = _directory.File("finished.mkv");
        if (!File.Exists(path)) await TestFootage.FfmpegAsync($"-f lavfi -i testsrc2=s=160x90:r=10:d=180 -c:v libx264 -preset veryfast -x264-params bframes=3 -cluster_time_limit 1000 {path}");
        return path;
    }

    /// <summary>The same without its index, which its header still promises.</summary>
    private async Task<string> UnfinishedAsync()
    {
        var bytes = await File.ReadAllBytesAsync(await FinishedAsync());
        var path = _directory.File("unfinished.mkv");
        // Cues (1C 53 BB 6B) stand behind the last cluster.
        await File.WriteAllBytesAsync(path, bytes[..bytes.AsSpan().LastIndexOf<byte>([0x1C, 0x53, 0xBB, 0x6B])]);
        return path;
    }

    /// <summary>Walks from element to element. Clusters of ffmpeg state their size and begin with a checksum and their time, in milliseconds.</summary>
    private static List<(long Offset, double Seconds)> SlowClusters(byte[] bytes)
    {
        var clusters = new List<(long, double)>();
        var at = 0L;
        while (at < bytes.Length)
        {
            var (id, idLength) = Number(bytes, at, keepsMark: true);
            var (size, sizeLength) = Number(bytes, at + idLength, keepsMark: false);
            var content = at + idLength + sizeLength;
            if (id == 0x1F43B675)
            {
                var time = bytes[content] == 0xBF ? content + 6 : content;
                Assert.Equal(0xE7, bytes[time]);
                var ticks = bytes.AsSpan((int)time + 2, bytes[time + 1] & 0x7F).ToArray().Aggregate(0L, (value, part) => (value << 8) | part);
                clusters.Add((at, ticks / 1000.0));
            }
            // Into the segment, over everything else.
            at = id == 0x18538067 ? content : content + size;
        }
        return clusters;

        static (long Value, int Length) Number(byte[] bytes, long at, bool keepsMark)
        {
            var length = 1;
            while ((bytes[at] & (0x80 >> (length - 1))) == 0) length++;
            long value = keepsMark ? bytes[at] : bytes[at] & (0xFF >> length);
            for (var i = 1; i < length; i++) value = (value << 8) | bytes[at + i];
            return (value, length);
        }
    }
}
