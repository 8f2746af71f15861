using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Graphs;

namespace ClusterSearch.Embedding;

/// <summary>A loaded model directory: its facts, its two towers, and what checks them.</summary>
internal sealed class ImageTextModel(
    ModelFacts facts, ExecutionSettings settings, ImageEncoder images, TextEncoder texts, CanaryMemory memory, IReadOnlyList<GraphSession> sessions) : IImageTextModel
{
    public ModelFacts Facts { get; } = facts;

    public string EncoderFingerprint => field ??= string.Join('/',
        Facts.Hash[..12], Facts.Precision, $"onnxruntime-{OnnxEnvironment.Version}", settings.Device,
        $"{images.BatchSize}x3x{Facts.ImageHeight}x{Facts.ImageWidth}");

    public string Device => settings.Device;

    public IImageEncoder Images => images;

    public ITextEncoder Texts => texts;

    public IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation)
    {
        var results = new List<CanaryResult>();
        if (towers.HasFlag(ModelTowers.Text)) results.AddRange(memory.Recall("text", EncoderFingerprint, force, () => new TextCanaries(this, cancellation).Run()));
        if (towers.HasFlag(ModelTowers.Image)) results.AddRange(memory.Recall("image", EncoderFingerprint, force, () => new ImageCanaries(this, cancellation).Run()));
        return results;
    }

    public void Dispose()
    {
        images.Dispose();
        texts.Dispose();
        foreach (var session in sessions) session.Dispose();
    }
}
