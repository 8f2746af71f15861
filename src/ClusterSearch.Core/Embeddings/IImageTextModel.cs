using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// An image-text model, loaded from a directory. Towers load on first use: a text search never reads the vision graph.
/// Vectors are float32 of length <see cref="ModelFacts.Dimension"/>, normalised to length 1; compare by dot product.
/// Safe for many threads.
/// </summary>
public interface IImageTextModel : IDisposable
{
    ModelFacts Facts { get; }

    /// <summary>What decides the bits of a vector beside the input: model, precision, runtime version, provider, instruction set.</summary>
    string EncoderFingerprint { get; }

    /// <summary>What it runs on, for people and telemetry, such as "cpu/avx2" or "cuda/NVIDIA A10".</summary>
    string Device { get; }

    IImageEncoder Images { get; }

    ITextEncoder Texts { get; }

    /// <summary>Runs the canaries (structural always, golden where the model has them), or recalls that these very files passed here before.</summary>
    /// <param name="towers">Which towers to check: a text search needs no vision canary.</param>
    /// <param name="force">Run them even if a pass is remembered.</param>
    IReadOnlyList<CanaryResult> Check(ModelTowers towers, bool force, CancellationToken cancellation);
}

[Flags]
public enum ModelTowers
{
    Text = 1,
    Image = 2,
    Both = Text | Image,
}

/// <param name="Name">What was tried, for example "image.finite".</param>
/// <param name="Ok">Whether it held.</param>
/// <param name="Reason">Why not, in one line; null when it held.</param>
public sealed record CanaryResult(string Name, bool Ok, string? Reason);

/// <summary>What a model directory says of itself.</summary>
public sealed record ModelFacts
{
    public required string Directory { get; init; }

    /// <summary>The directory's own name.</summary>
    public required string Name { get; init; }

    /// <summary>"clustersearch-starter", "clip", "siglip", …</summary>
    public required string Family { get; init; }

    /// <summary>SHA-256 over the files that decide a vector (graphs, tokenizer, preprocessing), lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    public required int Dimension { get; init; }

    public required int ImageWidth { get; init; }

    public required int ImageHeight { get; init; }

    /// <summary>Shorter side that the preprocessing resizes to before it crops; what <see cref="ResizeMode.Fast"/> scales to.</summary>
    public required int ResizeShortestEdge { get; init; }

    /// <summary>"fp32", "fp16", "quantized", …: the precision variant that was chosen.</summary>
    public required string Precision { get; init; }

    /// <summary>ONNX Runtime's names, in order of preference.</summary>
    public required IReadOnlyList<string> Providers { get; init; }

    /// <summary>How a cosine becomes a logit. Found out when it is first asked for, since a graph may have to be run for it; null where nothing tells.</summary>
    public Lazy<LogitLine?>? Logits { private get; init; }

    /// <summary>relevance = sigmoid(LogitScale * cosine + LogitBias); null where the model has none. The first access may take a run of the graph.</summary>
    public double? LogitScale => Logits?.Value?.Scale;

    /// <summary>Null also where the scale is known: a model trained by softmax has no bias, and a single cosine of it is no probability.</summary>
    public double? LogitBias => Logits?.Value?.Bias;

    /// <summary>Readable names of what the model scores in a picture; null where it names nothing.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}

/// <summary>logit = <paramref name="Scale"/> * cosine + <paramref name="Bias"/>.</summary>
/// <param name="Scale">The factor itself, not its logarithm.</param>
/// <param name="Bias">Null for a model that was trained by softmax.</param>
public sealed record LogitLine(double Scale, double? Bias);

/// <summary>The vision tower, in two steps so that a pipeline can overlap them.</summary>
public interface IImageEncoder
{
    /// <summary>Numbers in one prepared picture: 3 * height * width.</summary>
    int PreparedLength { get; }

    /// <summary>Pictures in one run of the graph. Fixed: another batch size may change the last bit of a vector.</summary>
    int BatchSize { get; }

    /// <summary>How many labels <see cref="Encode"/> keeps of each picture; 0 for a model without labels.</summary>
    int LabelsPerImage { get; }

    /// <summary>Resizes, crops and normalises as preprocessor_config.json says, into channels-first float32. Any thread.</summary>
    void Prepare(RgbImage image, Span<float> prepared);

    /// <summary>Runs 1 to <see cref="BatchSize"/> prepared pictures, padding the batch to its fixed shape.</summary>
    /// <param name="prepared">Count * <see cref="PreparedLength"/> numbers.</param>
    /// <param name="count">Pictures.</param>
    /// <param name="vectors">Receives count * dimension numbers, each vector of length 1.</param>
    /// <param name="labels">Receives count * <see cref="LabelsPerImage"/> labels, best first.</param>
    /// <exception cref="ClusterSearchException">model.broken: a vector is not finite or has no length.</exception>
    void Encode(ReadOnlySpan<float> prepared, int count, Span<float> vectors, Span<LabelScore> labels);
}

/// <summary>The text tower.</summary>
public interface ITextEncoder
{
    /// <summary>The text's vector, of length 1. Text beyond the model's limit is cut off, keeping the end token.</summary>
    float[] Encode(string text);

    /// <summary>Token ids as the graph receives them.</summary>
    long[] Tokenize(string text);
}

/// <summary>A readable name that a model gave a picture.</summary>
/// <param name="Label">Index into <see cref="ModelFacts.Labels"/>.</param>
/// <param name="Score">0 to 1.</param>
public readonly record struct LabelScore(ushort Label, float Score);
