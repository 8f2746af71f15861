using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClusterSearch.Embedding;

/// <summary>
/// The vision tower at one fixed batch shape: within it neither position nor neighbours change a bit of a vector, while
/// another batch size can. The last batch is padded with zeros. Buffers belong to a call and are reused by later ones.
/// </summary>
internal sealed class ImageEncoder : IImageEncoder, IDisposable
{
    private readonly PicturePreparation _preparation;
    private readonly GraphSession _session;
    private readonly OnnxFile _file;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly long[] _inputShape;
    private readonly int _dimension;
    private readonly int _labelCount;
    private readonly ConcurrentBag<Buffers> _idle = [];
    private bool _isDisposed;

    /// <param name="labelCount">Scores a picture; 0 where the graph gives none.</param>
    /// <exception cref="ClusterSearchException">model.unsupported, model.broken.</exception>
    public ImageEncoder(
        PicturePreparation preparation, OnnxFile file, OnnxTensor output, int dimension, OnnxTensor? labels, int labelCount, int batchSize, GraphSession session)
    {
        (_preparation, _file, _session, _dimension, _labelCount) = (preparation, file, session, dimension, labelCount);
        var (width, height) = (preparation.Config.OutputWidth, preparation.Config.OutputHeight);
        if (file.Inputs is not [{ ElementType: OnnxTensor.Float32, Shape: [var batch, null or 3, var graphHeight, var graphWidth] } input])
            throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{file.Path} has inputs {string.Join(", ", file.Inputs)}; one float32 [batch, 3, height, width] is known");
        if ((graphHeight ?? height) != height || (graphWidth ?? width) != width)
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"{file.Path} wants pictures of {graphWidth} x {graphHeight}, but preprocessor_config.json makes them {width} x {height}");
        BatchSize = (int)(batch ?? batchSize);
        LabelsPerImage = Math.Min(labelCount, 5);
        _inputNames = [input.Name];
        _outputNames = labels is null ? [output.Name] : [output.Name, labels.Name];
        _inputShape = [BatchSize, 3, height, width];
    }

    public int PreparedLength => _preparation.PreparedLength;

    public int BatchSize { get; }

    public int LabelsPerImage { get; }

    public void Prepare(RgbImage image, Span<float> prepared) => _preparation.Prepare(image, prepared);

    public void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (count < 1 || count > BatchSize) throw new ArgumentOutOfRangeException(nameof(count), count, $"expected 1 to {BatchSize} pictures");
        RequireLength(prepared.Length, count * PreparedLength, nameof(prepared));
        RequireLength(vectors.Length, count * _dimension, nameof(vectors));
        RequireLength(labels.Length, count * LabelsPerImage, nameof(labels));

        if (!_idle.TryTake(out var buffers)) buffers = new Buffers(BatchSize, _dimension, _labelCount);
        try
        {
            if (count == BatchSize) RunInPlace(prepared, buffers);
            else RunPadded(prepared, buffers);

            for (var i = 0; i < count; i++)
            {
                UnitVector.Write(buffers.Vectors.AsSpan(i * _dimension, _dimension), vectors.Slice(i * _dimension, _dimension), _file.Path);
                TopLabels.Write(buffers.Labels.AsSpan(i * _labelCount, _labelCount), labels.Slice(i * LabelsPerImage, LabelsPerImage));
            }
        }
        finally
        {
            _idle.Add(buffers);
        }
    }

    /// <summary>A full batch is read where it lies.</summary>
    private unsafe void RunInPlace(ReadOnlySpan<float> prepared, Buffers buffers)
    {
        fixed (float* numbers = prepared)
        {
            using var input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, _inputShape, (IntPtr)numbers, (long)prepared.Length * sizeof(float));
            _session.Run(_inputNames, [input], _outputNames, buffers.Outputs);
        }
    }

    private void RunPadded(ReadOnlySpan<float> prepared, Buffers buffers)
    {
        buffers.Padded ??= new float[BatchSize * PreparedLength];
        prepared.CopyTo(buffers.Padded);
        buffers.Padded.AsSpan(prepared.Length).Clear();
        RunInPlace(buffers.Padded, buffers);
    }

    private static void RequireLength(int found, int expected, string name)
    {
        if (found != expected) throw new ArgumentException($"expected {expected} entries, found {found}", name);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var buffers)) buffers.Dispose();
    }

    /// <summary>What one run writes to, and reads from when the batch is not full.</summary>
    private sealed class Buffers : IDisposable
    {
        public Buffers(int batchSize, int dimension, int labelCount)
        {
            Vectors = new float[batchSize * dimension];
            Labels = new float[batchSize * labelCount];
            var vectors = OrtValue.CreateTensorValueFromMemory(Vectors, [batchSize, dimension]);
            Outputs = labelCount == 0 ? [vectors] : [vectors, OrtValue.CreateTensorValueFromMemory(Labels, [batchSize, labelCount])];
        }

        public float[] Vectors { get; }

        public float[] Labels { get; }

        public float[]? Padded { get; set; }

        public OrtValue[] Outputs { get; }

        public void Dispose()
        {
            foreach (var output in Outputs) output.Dispose();
        }
    }
}
