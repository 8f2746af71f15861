using System.Globalization;
using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Probing;

/// <summary>
/// Turns ffprobe's answer into <see cref="VideoFacts"/>. Where headers do not say enough it looks further, as little as it
/// must: the first decodable frame of streams that may begin in the middle of a group of pictures, the last packets where only
/// the whole file's duration is known, all packets where nothing is.
/// </summary>
internal sealed class FootageProbe(FfmpegTools tools, PacketList packets, FirstFrame firstFrame)
{
    private const long AnswerLimit = 64 << 20;

    /// <summary>A demuxer that is less sure than this has guessed (AVPROBE_SCORE_RETRY).</summary>
    private const int ProbableScore = 25;

    public async Task<VideoFacts> ProbeAsync(string path, CancellationToken cancellation)
    {
        var fileBytes = FileCheck.Length(path);
        if (PictureKind.OfFile(path) is { } picture)
            throw new ClusterSearchException(ErrorCodes.FootageNotVideo, $"{path}: expected a video, found a still picture ({picture.Name})");
        var run = await ChildRun.ToEndAsync(tools.Options.FfprobePath,
            ["-loglevel", "repeat+error", "-of", "json", "-show_format", "-show_streams", .. FfmpegTools.Guarded(path)], tools.Limits, AnswerLimit, cancellation);
        run.ThrowIfLimitHit(path);
        if (!run.Exit.Succeeded) throw Refusal(path, run);
        using var answer = JsonDocument.Parse(run.Output);
        return await ReadAsync(path, fileBytes, new ProbeAnswer(answer.RootElement), cancellation);
    }

    private async Task<VideoFacts> ReadAsync(string path, long fileBytes, ProbeAnswer answer, CancellationToken cancellation)
    {
        var streams = answer.Streams;
        if (streams.FirstOrDefault(stream => stream.IsVideo) is not { } video)
        {
            if (answer.ProbeScore <= ProbableScore)
                throw new ClusterSearchException(ErrorCodes.FootageNotVideo, $"{path}: expected a video, found a file of no known kind");
            var found = streams.Count == 0 ? "no stream at all"
                : string.Join(", ", streams.Select(stream => stream.IsStill ? $"picture ({stream.Codec})" : $"{stream.Kind} ({stream.Codec})"));
            throw new ClusterSearchException(ErrorCodes.FootageNoVideoStream, $"{path}: expected a video stream, found {found} in a {answer.Container} file");
        }
        if (!Rational.TryParse(video.Text("time_base"), out var timeBase) || timeBase.Numerator <= 0)
            throw new ClusterSearchException(ErrorCodes.FootageDamaged, $"{path}: the video stream states no time base");
        if (video.Number("width") is not > 0 || video.Number("height") is not > 0)
            throw new ClusterSearchException(ErrorCodes.FootageDamaged,
                $"{path}: the video stream ({video.Codec}) states no picture size; its beginning may be missing or its codec unknown to this ffmpeg");
        var facts = Describe(answer, video, fileBytes, timeBase);
        foreach (var pixels in new[] { (long)facts.CodedWidth * facts.CodedHeight, (long)facts.Width * facts.Height })
            if (pixels > tools.Options.MaximumPixels)
                throw new ClusterSearchException(ErrorCodes.FootageLimit,
                    $"{path}: pictures of {facts.Width}x{facts.Height} pixels are more than the {tools.Options.MaximumPixels} that are allowed");
        return await WithTimesAsync(path, answer, video, facts, cancellation);
    }

    private async Task<VideoFacts> WithTimesAsync(string path, ProbeAnswer answer, ProbeStream video, VideoFacts facts, CancellationToken cancellation)
    {
        var start = video.Number("start_pts");
        var end = start + video.Number("duration_ts") ?? StatedEnd(video, facts.TimeBase);
        var counted = false;
        if (start is not null && UnindexedMatroska.Open(path) is { } unfinished)
        {
            // Its header says nothing of the end, or promises more than is written.
            start = await EarliestAsync(path, facts, start.Value, cancellation);
            end = await LastEndAsync(path, facts, unfinished.LastSeconds(), cancellation);
            counted = true;
        }
        else if (end is null && start is not null && answer.DurationSeconds is > 0 and var seconds)
        {
            // Only the whole file's length is known, and a longer sound track may be what it measures.
            end = (long)((answer.StartSeconds + seconds) * facts.TimeBase.Denominator / facts.TimeBase.Numerator);
            if (streams(answer) > 1)
            {
                end = await LastEndAsync(path, facts, Seconds(facts, end.Value), cancellation);
                counted = true;
            }
        }
        else if (end > start && IsImplausible(facts, end.Value - start!.Value))
        {
            end = await LastEndAsync(path, facts, Seconds(facts, end.Value), cancellation);
            counted = true;
        }
        if (start is null || end is null || end <= start)
        {
            (start, end) = await CountAsync(path, facts, cancellation);
            counted = true;
        }
        if (!ContainerFormats.StatesPresentationTimes(facts.Container))
        {
            // A recorded transmission begins anywhere, and what comes before the first whole picture cannot be shown; AVI and raw
            // streams know the order of decoding only.
            var first = await firstFrame.TicksAsync(path, facts, cancellation);
            if (first < end) start = first;
        }
        return facts with { StartTicks = start.Value, DurationTicks = end.Value - start.Value, DurationCounted = counted };

        static int streams(ProbeAnswer answer) => answer.Streams.Count;
    }

    /// <summary>Matroska's statistics: the time at which the stream ends.</summary>
    private static long? StatedEnd(ProbeStream video, Rational timeBase)
    {
        var parts = video.Tag("DURATION")?.Split(':');
        return parts is [var hours, var minutes, var seconds]
            && long.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var h)
            && long.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            && decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s)
            ? (long)Math.Round((h * 3600 + m * 60 + s) * timeBase.Denominator / timeBase.Numerator)
            : null;
    }

    /// <summary>More than an hour at less than a hundred bytes a second, or more than a month: worth a look at the last packets.</summary>
    private static bool IsImplausible(VideoFacts facts, long ticks)
    {
        var seconds = (double)ticks * facts.TimeBase.Numerator / facts.TimeBase.Denominator;
        return seconds > 3600 && facts.FileBytes < 100 * seconds || seconds > 31 * 86400;
    }

    private async Task<long?> LastEndAsync(string path, VideoFacts facts, double statedEndSeconds, CancellationToken cancellation)
    {
        long? last = null;
        await packets.VisitAsync(path, facts.StreamIndex, statedEndSeconds > 10 ? statedEndSeconds - 10 : null, null, packet =>
        {
            if (!packet.Discarded && packet.Pts + (packet.Duration ?? 1) is { } end && !(end <= last)) last = end;
        }, cancellation);
        return last;
    }

    private async Task<long> EarliestAsync(string path, VideoFacts facts, long statedStart, CancellationToken cancellation)
    {
        long? first = null;
        await packets.VisitAsync(path, facts.StreamIndex, null, Seconds(facts, statedStart) + 10, packet =>
        {
            if (!packet.Discarded && !(first <= packet.Pts)) first = packet.Pts ?? first;
        }, cancellation);
        return first ?? statedStart;
    }

    private static double Seconds(VideoFacts facts, long ticks) => (double)ticks * facts.TimeBase.Numerator / facts.TimeBase.Denominator;

    private async Task<(long Start, long End)> CountAsync(string path, VideoFacts facts, CancellationToken cancellation)
    {
        long? start = null, end = null;
        long durations = 0;
        await packets.VisitAsync(path, facts.StreamIndex, null, null, packet =>
        {
            if (packet.Discarded) return;
            durations += packet.Duration ?? 0;
            if (packet.Pts is not { } pts) return;
            if (!(start <= pts)) start = pts;
            if (!(end >= pts + (packet.Duration ?? 1))) end = pts + (packet.Duration ?? 1);
        }, cancellation);
        if (end > start) return (start!.Value, end.Value);
        if (durations > 0)
        {
            // A raw stream: its frames follow each other from the first.
            var first = await firstFrame.TicksAsync(path, facts, cancellation);
            return (first, first + durations);
        }
        throw new ClusterSearchException(ErrorCodes.FootageDamaged, $"{path}: the video stream holds no frame; the recording may have been cut off at once");
    }

    private static VideoFacts Describe(ProbeAnswer answer, ProbeStream video, long fileBytes, Rational timeBase)
    {
        var codedWidth = (int)video.Number("width")!.Value;
        var codedHeight = (int)video.Number("height")!.Value;
        var aspect = video.PixelAspect;
        var rotation = video.RotationDegrees;
        var squareWidth = Math.Max(1, (int)Math.Round((double)codedWidth * aspect.Numerator / aspect.Denominator, MidpointRounding.AwayFromZero));
        var turned = rotation is 90 or 270;
        return new VideoFacts
        {
            Container = answer.Container,
            FileBytes = fileBytes,
            StreamIndex = video.Index,
            Codec = video.Codec,
            TimeBase = timeBase,
            StartTicks = 0,
            DurationTicks = 1,
            FrameRate = video.FrameRate,
            VariableFrameRate = video.VariableFrameRate,
            CodedWidth = codedWidth,
            CodedHeight = codedHeight,
            Width = turned ? codedHeight : squareWidth,
            Height = turned ? squareWidth : codedHeight,
            RotationDegrees = rotation,
            PixelAspect = aspect,
            Interlaced = video.Text("field_order") is "tt" or "bb" or "tb" or "bt",
            PixelFormat = video.Known("pix_fmt"),
            ColorSpace = video.Known("color_space"),
            ColorTransfer = video.Known("color_transfer"),
            ColorPrimaries = video.Known("color_primaries"),
            ColorRange = video.Known("color_range"),
            AudioTracks = answer.Tracks("audio"),
            SubtitleTracks = answer.Tracks("subtitle"),
            CreatedAt = answer.CreatedAt(video),
            Timecode = answer.Timecode(video),
            Seekable = ContainerFormats.IsSeekable(answer.Container),
        };
    }

    private static ClusterSearchException Refusal(string path, ChildRun run)
    {
        var words = run.Errors.Summary.Replace("file:" + path, "the file", StringComparison.Ordinal);
        if (run.Errors.Mentions("Permission denied"))
            return new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{path}: the file cannot be read: {words}");
        if (run.Errors.Mentions("Format not on whitelist"))
            return new ClusterSearchException(ErrorCodes.FootageNotVideo,
                $"{path}: expected a video file, found what ffprobe takes for '{run.Errors.First!.Split(':')[0]}' (text, pictures, playlists and scripts are not read)");
        // A demuxer that speaks has recognised the file; silence but for the last line means that none has.
        if (run.Exit.Signal is null && (run.Errors.Count <= 1 || (run.Errors.Mentions("moov atom not found") && !BeginsAsMovie(path))))
            return new ClusterSearchException(ErrorCodes.FootageNotVideo, $"{path}: expected a video, ffprobe does not recognise the file");
        // An extension alone makes a demuxer try its luck with a text.
        if (FileCheck.IsText(path)) return new ClusterSearchException(ErrorCodes.FootageNotVideo, $"{path}: expected a video, found text");
        var hint = run.Errors.Mentions("moov atom not found") ? "; the recording was cut off before its index was written, or the copy is incomplete" : string.Empty;
        return new ClusterSearchException(ErrorCodes.FootageDamaged, $"{path}: the file is damaged, ffprobe ended with {run.Exit}: {words}{hint}");
    }

    /// <summary>Whether the first box is one that QuickTime and MP4 files begin with; a name ending in .mp4 is enough for ffprobe to look for a movie.</summary>
    private static bool BeginsAsMovie(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[8];
        return file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8
            && System.Text.Encoding.ASCII.GetString(head[4..]) is "ftyp" or "moov" or "mdat" or "free" or "skip" or "wide" or "pnot" or "uuid" or "styp" or "sidx" or "moof";
    }
}
