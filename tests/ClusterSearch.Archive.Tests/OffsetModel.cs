using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Tests;

/// <summary>
/// The starter as if it had been trained as CLIP was: every vector shares one direction, so that unrelated pairs have a
/// cosine of .2, and there is a scale but no bias. A cosine c of the starter becomes .8 c + .2.
/// </summary>
internal sealed class OffsetModelLoader(IModelLoader inner) : IModelLoader
{
    public IImageTextModel Load(string directory, ModelOptions options) => new OffsetModel(inner.Load(directory, options));

    private sealed class OffsetModel(IImageTextModel inner) : IImageTextModel
    {
        public ModelFacts Facts { get; } = inner.Facts with { Dimension = inner.Facts.Dimension + 1, Logits = new Lazy<LogitLine?>(new LogitLine(100, null)) };

        public string EncoderFingerprint => inner.EncoderFingerprint + "/offset";

        public string Device => inner.Device;

        public IImageEncoder Images { get; } = new OffsetImages(inner.Images, inner.Facts.Dimension);

        public ITextEncoder Texts { get; } = new OffsetTexts(inner.Texts);

        public IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation) => inner.Check(towers, force, cancellation);

        public void Dispose() => inner.Dispose();
    }

    private sealed class OffsetTexts(ITextEncoder inner) : ITextEncoder
    {
        public float[] Encode(string text) => Shift(inner.Encode(text));

        public long[] Tokenize(string text) => inner.Tokenize(text);
    }

    private sealed class OffsetImages(IImageEncoder inner, int dimension) : IImageEncoder
    {
        public int PreparedLength => inner.PreparedLength;

        public int BatchSize => inner.BatchSize;

        public int LabelsPerImage => inner.LabelsPerImage;

        public void Prepare(RgbImage image, Span<float> prepared) => inner.Prepare(image, prepared);

        public void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels)
        {
            var plain = new float[count * dimension];
            inner.Encode(prepared, count, plain, labels);
            for (var i = 0; i < count; i++)
                Shift(plain.AsSpan(i * dimension, dimension)).CopyTo(vectors[(i * (dimension + 1))..]);
        }
    }

    private static float[] Shift(ReadOnlySpan<float> vector)
    {
        var shifted = new float[vector.Length + 1];
        for (var i = 0; i < vector.Length; i++) shifted[i] = vector[i] * MathF.Sqrt(0.8f);
        shifted[^1] = MathF.Sqrt(0.2f);
        return shifted;
    }
}
