using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Frames in, raw embeddings out: decode, preprocess and encode overlap through two bounded queues, in order of sample
/// number. Memory is bounded by the queues. A frame that is shown at several samples is embedded once: at a fixed batch
/// shape its vector would have the same bits each time.
/// </summary>
internal sealed class ChunkEmbedding(IFrameSource footage, IImageEncoder encoder, int dimension)
{
    private const int FramesInFlight = 3;

    private static readonly KeyValuePair<string, object?> Decoded = new(Telemetry.Attributes.Queue, "decoded");
    private static readonly KeyValuePair<string, object?> Prepared = new(Telemetry.Attributes.Queue, "prepared");

    /// <exception cref="ClusterSearch.Core.ClusterSearchException">footage codes, model.broken.</exception>
    public async Task<EmbeddedChunk> EmbedAsync(FrameRequest request, DecodeTrace trace, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var frames = Channel.CreateBounded<SampledFrame>(new BoundedChannelOptions(FramesInFlight) { SingleReader = true, SingleWriter = true });
        var prepared = Channel.CreateBounded<PreparedSample>(
            new BoundedChannelOptions(encoder.BatchSize * 2) { SingleReader = true, SingleWriter = true });
        var sink = new EmbeddingSink(encoder, dimension);

        var decoding = StageAsync(stop, () => DecodeAsync(request, trace, frames.Writer, stop.Token));
        var preparing = StageAsync(stop, () => PrepareAsync(frames.Reader, prepared.Writer, stop.Token));
        var encoding = StageAsync(stop, () => EncodeAsync(prepared.Reader, sink, stop.Token));
        try
        {
            await Task.WhenAll(decoding, preparing, encoding);
        }
        catch
        {
            while (frames.Reader.TryRead(out var frame))
            {
                Telemetry.PipelineDepth.Add(-1, Decoded);
                frame.Dispose();
            }
            while (prepared.Reader.TryRead(out var sample))
            {
                Telemetry.PipelineDepth.Add(-1, Prepared);
                sample.Return();
            }
            cancellation.ThrowIfCancellationRequested();
            // The first fault is the cause; the cancellations of the other stages are its echo.
            throw FirstFault(decoding, preparing, encoding);
        }
        return sink.ToChunk();
    }

    private static Exception FirstFault(params Task[] stages) =>
        stages.Select(stage => stage.Exception?.InnerException).FirstOrDefault(fault => fault is not null and not OperationCanceledException)
        ?? new OperationCanceledException();

    private static Task StageAsync(CancellationTokenSource stop, Func<Task> stage) => Task.Run(async () =>
    {
        try
        {
            await stage();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }, CancellationToken.None);

    private async Task DecodeAsync(FrameRequest request, DecodeTrace trace, ChannelWriter<SampledFrame> output, CancellationToken cancellation)
    {
        try
        {
            await foreach (var frame in footage.SampleAsync(request, trace, cancellation))
            {
                try
                {
                    await output.WriteAsync(frame, cancellation);
                    Telemetry.PipelineDepth.Add(1, Decoded);
                }
                catch
                {
                    frame.Dispose();
                    throw;
                }
            }
        }
        finally
        {
            output.TryComplete();
        }
    }

    private async Task PrepareAsync(ChannelReader<SampledFrame> input, ChannelWriter<PreparedSample> output, CancellationToken cancellation)
    {
        try
        {
            long? previousTicks = null;
            await foreach (var frame in input.ReadAllAsync(cancellation))
            {
                Telemetry.PipelineDepth.Add(-1, Decoded);
                using (frame)
                {
                    float[]? pixels = null;
                    if (frame.Timing.Ticks != previousTicks)
                    {
                        pixels = ArrayPool<float>.Shared.Rent(encoder.PreparedLength);
                        encoder.Prepare(frame.Image, pixels.AsSpan(0, encoder.PreparedLength));
                    }
                    previousTicks = frame.Timing.Ticks;
                    var sample = new PreparedSample(frame.Number, frame.Timing, pixels);
                    try
                    {
                        await output.WriteAsync(sample, cancellation);
                        Telemetry.PipelineDepth.Add(1, Prepared);
                    }
                    catch
                    {
                        sample.Return();
                        throw;
                    }
                }
            }
        }
        finally
        {
            output.TryComplete();
        }
    }

    private static async Task EncodeAsync(ChannelReader<PreparedSample> input, EmbeddingSink sink, CancellationToken cancellation)
    {
        await foreach (var sample in input.ReadAllAsync(cancellation))
        {
            Telemetry.PipelineDepth.Add(-1, Prepared);
            sink.Add(sample);
        }
        sink.Flush();
    }

    /// <param name="Pixels">Null: the same frame as the sample before.</param>
    private readonly record struct PreparedSample(long Number, SampleTiming Timing, float[]? Pixels)
    {
        public void Return()
        {
            if (Pixels is not null) ArrayPool<float>.Shared.Return(Pixels);
        }
    }

    /// <summary>Collects samples, runs the encoder a batch at a time, grows the columns.</summary>
    private sealed class EmbeddingSink(IImageEncoder encoder, int dimension)
    {
        private readonly List<long> _numbers = [];
        private readonly List<SampleTiming> _timings = [];

        // Which encoded picture each sample shows.
        private readonly List<int> _pictures = [];
        private readonly List<float[]> _vectors = [];
        private readonly List<LabelScore[]> _labels = [];
        private readonly float[] _batch = new float[encoder.BatchSize * encoder.PreparedLength];
        private readonly float[] _batchVectors = new float[encoder.BatchSize * dimension];
        private readonly LabelScore[] _batchLabels = new LabelScore[encoder.BatchSize * encoder.LabelsPerImage];
        private int _batchCount;

        public void Add(PreparedSample sample)
        {
            if (sample.Pixels is not null)
            {
                sample.Pixels.AsSpan(0, encoder.PreparedLength).CopyTo(_batch.AsSpan(_batchCount * encoder.PreparedLength));
                sample.Return();
                _batchCount++;
            }
            _numbers.Add(sample.Number);
            _timings.Add(sample.Timing);
            _pictures.Add(_vectors.Count + _batchCount - 1);
            if (_batchCount == encoder.BatchSize) Flush();
        }

        public void Flush()
        {
            if (_batchCount == 0) return;
            var started = Stopwatch.GetTimestamp();
            encoder.Encode(_batch.AsSpan(0, _batchCount * encoder.PreparedLength), _batchCount,
                _batchVectors.AsSpan(0, _batchCount * dimension), _batchLabels.AsSpan(0, _batchCount * encoder.LabelsPerImage));
            Telemetry.EncodeDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            for (var i = 0; i < _batchCount; i++)
            {
                _vectors.Add(_batchVectors.AsSpan(i * dimension, dimension).ToArray());
                _labels.Add(_batchLabels.AsSpan(i * encoder.LabelsPerImage, encoder.LabelsPerImage).ToArray());
            }
            _batchCount = 0;
        }

        public EmbeddedChunk ToChunk()
        {
            var count = _numbers.Count;
            var vectors = new float[count * dimension];
            var labels = new LabelScore[count * encoder.LabelsPerImage];
            for (var i = 0; i < count; i++)
            {
                _vectors[_pictures[i]].CopyTo(vectors, i * dimension);
                _labels[_pictures[i]].CopyTo(labels, i * encoder.LabelsPerImage);
            }
            return new EmbeddedChunk
            {
                Dimension = dimension,
                Numbers = [.. _numbers],
                Timings = [.. _timings],
                Vectors = vectors,
                LabelsPerSample = encoder.LabelsPerImage,
                Labels = labels,
            };
        }
    }
}
