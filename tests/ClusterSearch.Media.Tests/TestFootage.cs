using System.Collections.Concurrent;
using System.Diagnostics;
using ClusterSearch.Testing;

[assembly: AssemblyFixture(typeof(ClusterSearch.Media.Tests.TestFootage))]

namespace ClusterSearch.Media.Tests;

/// <summary>Small footage with known traps, made by ffmpeg once a run.</summary>
public sealed class TestFootage : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _files = new();

    public string Directory => _directory.Path;

    /// <summary>The names that <see cref="GetAsync"/> knows.</summary>
    public static readonly Dictionary<string, string> Recipes = new(StringComparer.Ordinal)
    {
        ["closed.mp4"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=12 -c:v libx264 -preset veryfast -x264-params keyint=40:bframes=3",
        // Leading pictures of each group lack their references after a seek; starts at 1.48 s.
        ["open-gop.ts"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=20 -c:v libx264 -preset veryfast -x264-params open-gop=1:bframes=3:keyint=50:scenecut=0",
        ["mpeg2.ts"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=12 -c:v mpeg2video -q:v 4 -g 15 -bf 2",
        ["program.mpg"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -c:v mpeg2video -q:v 4 -g 15 -bf 2 -f mpeg",
        // Irregular times, one picture that stays for eight seconds.
        ["vfr.mkv"] = "-f lavfi -i testsrc2=s=160x90:r=30:d=24 -vf select='(lt(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,0))*not(between(t\\,8\\,16))' -fps_mode vfr -c:v libx264 -preset veryfast -g 40",
        ["ntsc.mov"] = "-f lavfi -i testsrc2=s=160x90:r=30000/1001:d=8 -c:v libx264 -preset veryfast -g 33",
        ["anamorphic.mp4"] = "-f lavfi -i testsrc2=s=180x144:r=25:d=3 -vf setsar=16/15 -c:v libx264 -preset veryfast",
        ["long-sound.mkv"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=4 -f lavfi -i sine=d=9 -c:v libx264 -preset veryfast -c:a aac",
        ["long-sound.flv"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=4 -f lavfi -i sine=r=44100:d=9 -c:v libx264 -preset veryfast -c:a aac",
        ["long-sound.mp4"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=4 -f lavfi -i sine=d=9 -c:v libx264 -preset veryfast -c:a aac",
        ["interlaced.ts"] = "-f lavfi -i testsrc2=s=160x96:r=50:d=8 -vf interlace -c:v libx264 -preset veryfast -flags +ilme+ildct -x264opts tff=1:keyint=30",
        ["mpeg4.avi"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -c:v mpeg4 -q:v 4 -g 30 -bf 2",
        ["raw.h264"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -c:v libx264 -preset veryfast -g 30",
        ["refresh.ts"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=12 -c:v libx264 -preset veryfast -x264-params intra-refresh=1:keyint=40",
        ["hevc.mp4"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -c:v libx265 -x265-params log-level=error:keyint=40:open-gop=1 -tag:v hvc1",
        // The 33-bit clock of transport streams starts again in the fifth second.
        ["wrap.ts"] = "-f lavfi -i testsrc2=s=160x90:r=25:d=12 -c:v libx264 -preset veryfast -g 40 -output_ts_offset 95437",
        // One picture for three minutes.
        ["frozen.mkv"] = "-f lavfi -i testsrc2=s=64x36:r=5:d=200 -vf select='lt(t\\,3)+gt(t\\,190)' -fps_mode vfr -c:v libx264 -preset veryfast",
        ["sound.mp3"] = "-f lavfi -i sine=d=2 -c:a libmp3lame",
        // Ten hours of a frame a second, a key frame a minute.
        ["ten-hours.mp4"] = "-f lavfi -i color=gray:s=32x32:r=1:d=36000 -c:v libx264 -preset ultrafast -g 60 -bf 0",
    };

    public Task<string> GetAsync(string name) => _files.GetOrAdd(name, key => new Lazy<Task<string>>(() => MakeAsync(key))).Value;

    /// <summary>Runs ffmpeg and fails with its words.</summary>
    public static async Task FfmpegAsync(string arguments) => await RunAsync("ffmpeg", "-v error -nostdin -y " + arguments);

    public static async Task<byte[]> RunAsync(string program, string arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {arguments}: {await error}");
        return output.ToArray();
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> MakeAsync(string name)
    {
        var path = _directory.File(name);
        switch (name)
        {
            case "edit-list.mp4":
                // Copied from the middle of a group of pictures: an edit list hides what comes before.
                await FfmpegAsync($"-ss 3.3 -i {await GetAsync("closed.mp4")} -c copy {path}");
                break;
            case "long-walk.mp4":
                // A sample five times over: two and a half minutes.
                await FfmpegAsync($"-stream_loop 4 -i {Path.Combine(TestAssets.Samples, "garden-walk.mp4")} -map 0:v -c copy {path}");
                break;
            case "cut.ts":
                // A recording that begins in the middle of a group of pictures.
                var whole = await File.ReadAllBytesAsync(await GetAsync("open-gop.ts"));
                await File.WriteAllBytesAsync(path, whole[(whole.Length / 188 / 3 * 188)..]);
                break;
            case "open-gop.mp4" or "refresh.mp4":
                await FfmpegAsync($"-i {await GetAsync(Path.ChangeExtension(name, ".ts"))} -c copy {path}");
                break;
            case "no-cues.mkv":
                // As a live recording leaves it: neither an index nor a duration.
                await FfmpegAsync($"-i {await GetAsync("closed.mp4")} -c copy -live 1 {path}");
                break;
            case "truncated.mp4":
                // The index promises more than there is.
                await FfmpegAsync($"-i {await GetAsync("closed.mp4")} -c copy -movflags +faststart {path}");
                using (var file = File.OpenWrite(path)) file.SetLength(file.Length * 6 / 10);
                break;
            default:
                await FfmpegAsync($"{Recipes[name]} {path}");
                break;
        }
        return path;
    }
}
