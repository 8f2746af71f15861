using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding;
using ClusterSearch.Media;

namespace ClusterSearch.LoadTests;

/// <summary>
/// How near a whole ingest comes to its own limit: the slower of decoding alone and preprocessing + encoding alone, or the
/// processor time of both spread over all cores, whichever is longest.
/// </summary>
internal static class IngestThroughput
{
    private const int FramesHeld = 24;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var video = Path.GetFullPath(arguments.Positional[0]);
        var sampling = Sampling.Parse(arguments.Text("rate", "1"));
        var footage = new FfmpegFootageReader(new MediaOptions());
        var facts = await footage.ProbeAsync(video, CancellationToken.None);
        var grid = SampleGrid.Create(facts, sampling);
        var cores = Environment.ProcessorCount;

        using var model = new ModelLoader().Load(arguments.Text("model", OpenArchive.StarterModel), new ModelOptions());
        var held = new List<RgbImage>();
        var decode = await DecodeAloneAsync(footage, video, facts, grid, held);
        var encode = await EncodeAloneAsync(model, held, (int)grid.Count);
        var whole = await IngestAsync(video, arguments);

        var limit = Math.Max(Math.Max(decode.Wall, encode.Wall), (decode.Cpu + encode.Cpu) / cores);
        var report = new ThroughputReport(
            Path.GetFileName(video), $"{facts.Width}x{facts.Height} {facts.Codec}", facts.DurationSeconds, grid.Count, sampling.ToString(), cores,
            decode.Wall, decode.Cpu, encode.Wall, encode.Cpu, whole.Wall, limit, whole.Wall / limit, facts.DurationSeconds / whole.Wall, whole.PeakBytes / 1048576.0);
        Console.WriteLine(arguments.IsJson ? JsonSerializer.Serialize(report, Indented) : report.ToText());
        return 0;
    }

    /// <summary>The whole ingest in a process of its own, so that its memory is its own.</summary>
    public static async Task<int> IngestOnlyAsync(Arguments arguments)
    {
        await using var archive = await OpenArchive.OpenAsync(arguments.Text("archive", "archive"));
        var started = Stopwatch.GetTimestamp();
        var report = await archive.Ingestion.IngestAsync(
            new IngestRequest
            {
                Paths = [arguments.Positional[0]],
                Sampling = Sampling.Parse(arguments.Text("rate", "1")),
                ModelDirectory = arguments.Text("model", OpenArchive.StarterModel),
                Workers = arguments.Number("workers", 0),
                ChunkDuration = TimeSpan.FromSeconds(arguments.Number("chunk-seconds", (int)ChunkPlan.DefaultChunkDuration.TotalSeconds)),
            },
            new Progress<IngestProgress>(), CancellationToken.None);
        foreach (var failure in report.Failures) await Console.Error.WriteLineAsync(failure.Message);
        Console.WriteLine(Stopwatch.GetElapsedTime(started).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return report.Failures.Count;
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static async Task<(double Wall, double Cpu)> DecodeAloneAsync(
        FfmpegFootageReader footage, string video, VideoFacts facts, SampleGrid grid, List<RgbImage> held)
    {
        var trace = new DecodeTrace();
        var request = new FrameRequest { Path = video, Facts = facts, Grid = grid, Samples = new SampleRange(0, grid.Count) };
        var own = Process.GetCurrentProcess().TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await foreach (var frame in footage.SampleAsync(request, trace, CancellationToken.None))
        {
            if (held.Count < FramesHeld) held.Add(frame.Image with { Pixels = frame.Image.Bytes.ToArray() });
            frame.Dispose();
        }
        var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        return (wall, (self.TotalProcessorTime - own + trace.ProcessorTime).TotalSeconds);
    }

    private static async Task<(double Wall, double Cpu)> EncodeAloneAsync(IImageTextModel model, List<RgbImage> held, int count)
    {
        var reader = new FramesFromMemory(held, count);
        var embedding = new ChunkEmbedding(reader, model.Images, model.Facts.Dimension);
        // Once to load and warm the vision tower, which a long ingest does once.
        await embedding.EmbedAsync(reader.Request(Math.Min(count, 16)), new DecodeTrace(), CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        var own = self.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await embedding.EmbedAsync(reader.Request(count), new DecodeTrace(), CancellationToken.None);
        var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        return (wall, (self.TotalProcessorTime - own).TotalSeconds);
    }

    private static async Task<(double Wall, long PeakBytes)> IngestAsync(string video, Arguments arguments)
    {
        var directory = Directory.CreateTempSubdirectory("clustersearch-throughput-").FullName;
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            foreach (var argument in (string[])
                     [typeof(IngestThroughput).Assembly.Location, "ingest-only", video, "--archive", directory, .. arguments.Named.SelectMany(option => (string[])[$"--{option.Key}", option.Value])])
                start.ArgumentList.Add(argument);
            if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.Ordinal)) start.ArgumentList.RemoveAt(0);
            using var process = Process.Start(start)!;
            using var ended = new CancellationTokenSource();
            var peak = ProcessTree.PeakBytesAsync(process.Id, ended.Token);
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            await ended.CancelAsync();
            return (double.Parse(output, System.Globalization.CultureInfo.InvariantCulture), await peak);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Decoded frames, handed out again and again.</summary>
    private sealed class FramesFromMemory(List<RgbImage> held, int count) : IFrameSource
    {
        public FrameRequest Request(int frames) => new()
        {
            Path = "memory",
            Facts = Facts,
            Grid = SampleGrid.Create(Facts, Sampling.Default),
            Samples = new SampleRange(0, frames),
        };

        private VideoFacts Facts { get; } = new()
        {
            Container = "memory",
            FileBytes = 1,
            StreamIndex = 0,
            Codec = "rawvideo",
            TimeBase = new Rational(1, 1),
            StartTicks = 0,
            DurationTicks = count,
            CodedWidth = held[0].Width,
            CodedHeight = held[0].Height,
            Width = held[0].Width,
            Height = held[0].Height,
        };

        public async IAsyncEnumerable<SampledFrame> SampleAsync(
            FrameRequest request, DecodeTrace trace, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            for (var number = request.Samples.First; number < request.Samples.End; number++)
                yield return new SampledFrame(new SampleTiming(number, number, 0), number, held[(int)(number % held.Count)]);
        }
    }
}

internal sealed record ThroughputReport(
    string Video, string Format, double VideoSeconds, long Samples, string Rate, int Cores,
    double DecodeWallSeconds, double DecodeCpuSeconds, double EncodeWallSeconds, double EncodeCpuSeconds,
    double WholeWallSeconds, double LimitSeconds, double WholeOverLimit, double TimesRealTime, double PeakMemoryMiB)
{
    public string ToText() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"""
        {Video}: {Format}, {VideoSeconds:0.0} s, {Samples} samples at {Rate}, {Cores} cores
          decode alone                  {DecodeWallSeconds,8:0.00} s wall {DecodeCpuSeconds,8:0.00} s processor
          preprocess + encode alone     {EncodeWallSeconds,8:0.00} s wall {EncodeCpuSeconds,8:0.00} s processor
          whole ingest                  {WholeWallSeconds,8:0.00} s wall ({TimesRealTime:0.0} x real time)
          limit                         {LimitSeconds,8:0.00} s
          whole / limit                 {WholeOverLimit,8:0.000}
          peak memory with ffmpeg       {PeakMemoryMiB,8:0} MiB
        """);
}
