using System.Security.Cryptography;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.EngineConformance;

/// <summary>A model whose vectors are sums of pixels: quick, and a function of the picture alone. Texts fall anywhere, each always in the same place.</summary>
public sealed class DrawnModels : IModelLoader
{
    public const int Dimension = 16;

    public IImageTextModel Load(string directory, ModelOptions options) => new Model(directory);

    private static float[] Normalize(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return length > 0 ? [.. vector.Select(value => value / length)] : [1, .. new float[vector.Length - 1]];
    }

    private sealed class Model(string directory) : IImageTextModel, IImageEncoder, ITextEncoder
    {
        public ModelFacts Facts { get; } = new()
        {
            Directory = directory,
            Name = "drawn",
            Family = "drawn",
            Hash = Convert.ToHexStringLower(SHA256.HashData("drawn"u8)),
            Dimension = Dimension,
            ImageWidth = DrawnFootage.Side,
            ImageHeight = DrawnFootage.Side,
            ResizeShortestEdge = DrawnFootage.Side,
            Precision = "fp32",
            Providers = ["drawn"],
            Logits = new Lazy<LogitLine?>(new LogitLine(10, -5)),
        };

        public string EncoderFingerprint => "drawn/1";

        public string Device => "drawn";

        public IImageEncoder Images => this;

        public ITextEncoder Texts => this;

        public int PreparedLength => DrawnFootage.Side * DrawnFootage.Side * 3;

        public int BatchSize => 4;

        public int LabelsPerImage => 0;

        public IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation) => [new CanaryResult("drawn", true, null)];

        public void Prepare(RgbImage image, Span<float> prepared)
        {
            for (var i = 0; i < prepared.Length; i++) prepared[i] = image.Bytes[i] / 255f - 0.5f;
        }

        public void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels)
        {
            for (var picture = 0; picture < count; picture++)
            {
                var sums = new float[Dimension];
                for (var i = 0; i < PreparedLength; i++) sums[i % Dimension] += prepared[picture * PreparedLength + i];
                Normalize(sums).CopyTo(vectors[(picture * Dimension)..]);
            }
        }

        public float[] Encode(string text) => Normalize([.. SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))[..Dimension].Select(value => value - 127.5f)]);

        public long[] Tokenize(string text) => [text.Length];

        public void Dispose()
        {
        }
    }
}
