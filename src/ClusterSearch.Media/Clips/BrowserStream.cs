using System.Globalization;
using System.IO.Pipelines;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Clips;

/// <summary>Footage as what every browser plays, made while it is watched: fragmented MP4, H.264 of at most 1280x720, AAC.</summary>
internal sealed class BrowserStream(FfmpegTools tools)
{
    private const int BlockBytes = 1 << 16;
    private const int AheadBytes = 1 << 20;

    public async Task WriteAsync(string path, VideoFacts facts, double startSeconds, Stream output, CancellationToken cancellation)
    {
        FileCheck.Length(path);
        await using var child = ChildProcess.Start(tools.Options.FfmpegPath, Arguments(path, facts, startSeconds), tools.Limits, cancellation);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes / 2, useSynchronizationContext: false));
        var reading = BlockingThread.Run("ffmpeg stream", () => Pump(child, pipe.Writer));
        try
        {
            await pipe.Reader.CopyToAsync(output, cancellation);
        }
        catch
        {
            child.Kill();
            throw;
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await reading;
        }
        var exit = await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        child.ThrowIfLimitHit(path);
        if (!exit.Succeeded) throw new Core.ClusterSearchException(Core.ErrorCodes.FootageDecode, $"{path}: cannot be streamed {child.Errors.Summary}".TrimEnd());
    }

    private static List<string> Arguments(string path, VideoFacts facts, double startSeconds)
    {
        var arguments = new List<string>(FfmpegTools.Quiet);
        if (startSeconds > 0) arguments.AddRange(["-ss", startSeconds.ToString("F3", CultureInfo.InvariantCulture)]);
        arguments.AddRange(FfmpegTools.Guarded(path));
        var filters = (facts.Interlaced ? "yadif," : "") + "scale=trunc(iw*max(sar\\,1/64)):ih,scale=min(iw\\,1280):min(ih\\,720):force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,format=yuv420p";
        arguments.AddRange(["-map", $"0:{facts.StreamIndex}", "-vf", filters, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "48"]);
        if (facts.AudioTracks is [var sound, ..]) arguments.AddRange(["-map", $"0:{sound.Index}", "-c:a", "aac", "-b:a", "128k", "-ac", "2"]);
        arguments.AddRange(["-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "pipe:1"]);
        return arguments;
    }

    private static void Pump(ChildProcess child, PipeWriter writer)
    {
        try
        {
            while (true)
            {
                var read = child.Output.Read(writer.GetSpan(BlockBytes));
                if (read == 0) break;
                writer.Advance(read);
                child.WaitingForCaller = true;
                var flushed = writer.FlushAsync().AsTask().GetAwaiter().GetResult();
                child.WaitingForCaller = false;
                if (flushed.IsCompleted) break;
            }
        }
        finally
        {
            writer.Complete();
        }
    }
}
