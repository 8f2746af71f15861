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
/// A combined graph is given one text beside the pictures.
/// </summary>
internal sealed class ImageEncoder : IImageEncoder, IDisposable
{
    private readonly PicturePreparation _preparation;
    private readonly SessionLanes _lanes;
    private readonly ImageGraph _graph;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _otherInputs;
    private readonly bool[] _isWarm;
    private readonly ConcurrentBag<Buffers> _idle = [];
    private bool _isDisposed;

    /// <param name="text">Gives the text that a combined graph wants beside the pictures; null where it wants none.</param>
    /// <param name="sessions">One a device.</param>
    /// <param name="warmsUp">Whether a session's first run is one of zeros: on a device it plans memory and chooses convolutions.</param>
    public ImageEncoder(PicturePreparation preparation, ImageGraph graph, TextFeed? text, IReadOnlyList<GraphSession> sessions, bool warmsUp = false)
    {
        (_preparation, _graph, _lanes) = (preparation, graph, new SessionLanes(sessions));
        LabelsPerImage = Math.Min(graph.LabelCount, 5);
        _isWarm = new bool[sessions.Count];
        if (!warmsUp) Array.Fill(_isWarm, true);
        _otherInputs = text?.Create("a picture") ?? [];
        _inputNames = [graph.Pixels.Name, .. text?.Names ?? []];
        _outputNames = graph.Labels is null ? [graph.Vectors.Name] : [graph.Vectors.Name, graph.Labels.Name];
    }

    public int PreparedLength => _preparation.PreparedLength;

    public int BatchSize => _graph.BatchSize;

    public int LabelsPerImage { get; }

    public void Prepare(RgbImage image, Span<float> prepared) => _preparation.Prepare(image, prepared);

    public void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (count < 1 || count > BatchSize) throw new ArgumentOutOfRangeException(nameof(count), count, $"expected 1 to {BatchSize} pictures");
        RequireLength(prepared.Length, count * PreparedLength, nameof(prepared));
        RequireLength(vectors.Length, count * _graph.Dimension, nameof(vectors));
        RequireLength(labels.Length, count * LabelsPerImage, nameof(labels));

        if (!_idle.TryTake(out var buffers)) buffers = new Buffers(_graph);
        try
        {
            // A full batch of the graph's own type is read where it lies.
            if (count == BatchSize && _graph.Pixels.ElementType == OnnxTensor.Float32) RunInPlace(prepared, buffers);
            else RunCopied(prepared, buffers);
            buffers.ReadVectors();
            for (var i = 0; i < count; i++)
            {
                UnitVector.Write(buffers.Vectors.AsSpan(i * _graph.Dimension, _graph.Dimension), vectors.Slice(i * _graph.Dimension, _graph.Dimension), _graph.Path);
                TopLabels.Write(buffers.Labels.AsSpan(i * _graph.LabelCount, _graph.LabelCount), labels.Slice(i * LabelsPerImage, LabelsPerImage));
            }
        }
        finally
        {
            _idle.Add(buffers);
        }
    }

    private unsafe void RunInPlace(ReadOnlySpan<float> prepared, Buffers buffers)
    {
        fixed (float* numbers = prepared)
        {
            using var input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, _graph.InputShape, (IntPtr)numbers, (long)prepared.Length * sizeof(float));
            Run(input, buffers);
        }
    }

    private void RunCopied(ReadOnlySpan<float> prepared, Buffers buffers)
    {
        buffers.Pixels ??= new NumberTensor(_graph.Pixels.ElementType, _graph.InputShape);
        buffers.Pixels.Write(prepared);
        Run(buffers.Pixels.Value, buffers);
    }

    private void Run(OrtValue pixels, Buffers buffers) => _lanes.Run((session, lane) =>
    {
        OrtValue[] inputs = [pixels, .. _otherInputs];
        if (!_isWarm[lane])
        {
            using var zeros = new NumberTensor(_graph.Pixels.ElementType, _graph.InputShape);
            session.Run(_inputNames, [zeros.Value, .. _otherInputs], _outputNames, buffers.Outputs);
            _isWarm[lane] = true;
        }

        session.Run(_inputNames, inputs, _outputNames, buffers.Outputs);
    });

    private static void RequireLength(int found, int expected, string name)
    {
        if (found != expected) throw new ArgumentException($"expected {expected} entries, found {found}", name);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var buffers)) buffers.Dispose();
        foreach (var input in _otherInputs) input.Dispose();
    }

    /// <summary>What one run writes to, and reads from when the pictures cannot be read where they lie.</summary>
    private sealed class Buffers : IDisposable
    {
        private readonly NumberTensor _vectors;
        private readonly NumberTensor? _labels;

        public Buffers(ImageGraph graph)
        {
            Vectors = new float[graph.BatchSize * graph.Dimension];
            Labels = new float[graph.BatchSize * graph.LabelCount];
            _vectors = new NumberTensor(graph.Vectors.ElementType, [graph.BatchSize, graph.Dimension]);
            if (graph.Labels is not null) _labels = new NumberTensor(graph.Labels.ElementType, [graph.BatchSize, graph.LabelCount]);
            Outputs = _labels is null ? [_vectors.Value] : [_vectors.Value, _labels.Value];
        }

        public float[] Vectors { get; }

        public float[] Labels { get; }

        public NumberTensor? Pixels { get; set; }

        public OrtValue[] Outputs { get; }

        public void ReadVectors()
        {
            _vectors.Read(Vectors);
            _labels?.Read(Labels);
        }

        public void Dispose()
        {
            _vectors.Dispose();
            _labels?.Dispose();
            Pixels?.Dispose();
        }
    }
}
