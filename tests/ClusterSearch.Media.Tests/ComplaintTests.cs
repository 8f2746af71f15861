using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>A decoder's complaints belong to the frames between which it wrote them, whenever they are read.</summary>
[SupportedOSPlatform("linux")]
public sealed class ComplaintTests(TestFootage footage) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FfmpegFootageReader _reader = new();

    [Theory]
    [InlineData("errors report pictures")]
    [InlineData("report errors pictures")]
    public async Task What_comes_before_the_first_frame_of_a_recording_is_no_damage_however_late_it_is_read(string order)
    {
        // It begins in the middle of a group of pictures: the decoder complains of what lacks its references.
        var path = await footage.GetAsync("cut.ts");
        Assert.Null((await DescribedAsync(path, Unread(order), "2", SampleRange.Everything)).Warning);
    }

    [Theory]
    [InlineData("errors report pictures")]
    [InlineData("report errors pictures")]
    public async Task Damage_is_told_by_the_range_in_which_it_lies_however_early_or_late_it_is_read(string order)
    {
        var path = await DamagedAsync();
        var unread = Unread(order);
        foreach (var (range, damaged) in new[] { (new SampleRange(0, 3), false), (new SampleRange(4, 7), true), (SampleRange.Everything, true), (new SampleRange(9, 12), false) })
        {
            var undisturbed = await DescribedAsync(path, _reader, "1", range);
            Assert.Equal(damaged, undisturbed.Damaged);
            var trace = await DescribedAsync(path, unread, "1", range);
            Assert.Equal((damaged, undisturbed.Warning), (trace.Damaged, trace.Warning));
        }
    }

    public void Dispose() => _directory.Dispose();

    private FfmpegFootageReader Unread(string order) => new(new MediaOptions { FfmpegPath = FakeTool.WriteUnread(_directory, order) });

    private async Task<DecodeTrace> DescribedAsync(string path, FfmpegFootageReader reader, string sampling, SampleRange range)
    {
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, sampling);
        var trace = new DecodeTrace();
        await reader.ReadAsync(path, facts, grid, range, trace: trace);
        return trace;
    }

    /// <summary>closed.mp4 with noise from second 5.0 to 5.4, between the key frames at 4.8 and 6.4.</summary>
    private async Task<string> DamagedAsync()
    {
        var source = await footage.GetAsync("closed.mp4");
        var path = _directory.File("damaged.mp4");
        var bytes = await File.ReadAllBytesAsync(source);
        var packets = Encoding.ASCII.GetString(await TestFootage.RunAsync("ffprobe", $"-v error -select_streams v:0 -show_entries packet=pts_time,pos,size -of csv=p=0 {source}"));
        foreach (var line in packets.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(',');
            if (double.Parse(fields[0], CultureInfo.InvariantCulture) is < 5 or > 5.4) continue;
            // Its length field is wrong then, which the decoder tells.
            bytes.AsSpan(int.Parse(fields[2], CultureInfo.InvariantCulture), 4).Fill(0x7f);
        }
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }
}
