using System.Globalization;
using System.Runtime.Versioning;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>What a range costs, by the decoder's own processor time: frames that are decoded and never looked at count too.</summary>
[SupportedOSPlatform("linux")]
public sealed class RangeCostTests(TestFootage footage) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_short_range_does_not_decode_what_lies_behind_it_though_nobody_stops_the_decoder()
    {
        var (path, facts, whole) = await WholeAsync();
        var unread = new FfmpegFootageReader(new MediaOptions { FfmpegPath = FakeTool.WriteUnread(_directory, "report pictures errors") });
        foreach (var reader in new[] { new FfmpegFootageReader(), unread })
        {
            foreach (var first in new[] { 0L, 90 })
            {
                var part = await CostAsync(reader, path, facts, new SampleRange(first, first + 15));
                Assert.True(part < whole / 3, $"15 samples from {first} on took {part}, all 155 {whole}");
            }
        }
    }

    [Fact]
    public async Task A_short_clip_does_not_decode_what_lies_behind_it()
    {
        var (path, facts, whole) = await WholeAsync();
        var times = _directory.File("times");
        var timed = new FfmpegFootageReader(new MediaOptions { FfmpegPath = FakeTool.Write(_directory, "ffmpeg", $"{FakeTool.AnswersVersion}ffmpeg \"$@\"; code=$?; times >{times}; exit $code") });
        await timed.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(1), facts.TicksAt(3), _directory.File("clip.mp4")), default);
        // User and system time of the shell, then of what it started: "0m1.23s 0m0.04s".
        var part = (await File.ReadAllLinesAsync(times))[1].Split(' ').Aggregate(TimeSpan.Zero, (sum, text) => sum + Parse(text));
        Assert.True(part < whole / 3, $"2 of 155 seconds took {part}, all of them {whole}");
    }

    public void Dispose() => _directory.Dispose();

    private async Task<(string Path, VideoFacts Facts, TimeSpan Cost)> WholeAsync()
    {
        var path = await footage.GetAsync("long-walk.mp4");
        var reader = new FfmpegFootageReader();
        var facts = await reader.ProbeAsync(path, default);
        return (path, facts, await CostAsync(reader, path, facts, new SampleRange(0, 155)));
    }

    private static async Task<TimeSpan> CostAsync(FfmpegFootageReader reader, string path, VideoFacts facts, SampleRange range)
    {
        var trace = new DecodeTrace();
        Assert.Equal(range.Count, (await reader.ReadAsync(path, facts, SampleGrid.Create(facts, Sampling.Default), range, trace: trace)).Count);
        return trace.ProcessorTime;
    }

    private static TimeSpan Parse(string text)
    {
        var parts = text.TrimEnd('s').Split('m');
        return TimeSpan.FromSeconds(60 * double.Parse(parts[0], CultureInfo.InvariantCulture) + double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
