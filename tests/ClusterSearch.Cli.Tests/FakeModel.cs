using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Tests;

/// <summary>A model that encodes in no time and whose canaries say what a test wants.</summary>
internal sealed class FakeModel : IImageTextModel, IImageEncoder, ITextEncoder
{
    public IReadOnlyList<CanaryResult> Canaries { get; set; } = [new("image.finite", true, null), new("text.finite", true, null)];

    public ModelFacts Facts { get; } = new()
    {
        Directory = "/models/starter",
        Name = "starter",
        Family = "clustersearch-starter",
        Hash = new string('0', 64),
        Dimension = 2,
        ImageWidth = 4,
        ImageHeight = 3,
        ResizeShortestEdge = 4,
        Precision = "quantized",
        Providers = ["CPUExecutionProvider"],
    };

    public string EncoderFingerprint => "fake-1";

    public string Device => "cpu/fake";

    public IImageEncoder Images => this;

    public ITextEncoder Texts => this;

    public int PreparedLength => 36;

    public int BatchSize => 2;

    public int LabelsPerImage => 0;

    public IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation) => Canaries;

    public void Prepare(RgbImage image, Span<float> prepared) => prepared.Fill(image.Pixels[0]);

    public void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels) => vectors.Fill(prepared[0]);

    public float[] Encode(string text) => [text.Length, 0];

    public long[] Tokenize(string text) => [text.Length];

    public void Dispose()
    {
    }
}
