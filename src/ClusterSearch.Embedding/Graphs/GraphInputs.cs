using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// What a graph wants, told by types and shapes, and by names only where several inputs look alike. A combined graph wants
/// both a text and a picture.
/// </summary>
/// <param name="TokenIds">int32 or int64 [batch, tokens]; null for a vision graph.</param>
/// <param name="AttentionMask">1 for a token, 0 for padding; null where the graph does without.</param>
/// <param name="TokenTypes">All 0 for a single text.</param>
/// <param name="Pixels">float32 or float16 [batch, 3, height, width]; null for a text graph.</param>
internal sealed record GraphInputs(OnnxTensor? TokenIds, OnnxTensor? AttentionMask, OnnxTensor? TokenTypes, OnnxTensor? Pixels)
{
    private const int MaximumTokens = 4096;
    private const int MaximumBatch = 1024;

    /// <summary>Tokens that every text must have; null where the graph leaves them open.</summary>
    public int? TokenCount => (int?)TokenIds?.Shape[1];

    /// <summary>Pictures of every run; null where the graph leaves them open.</summary>
    public int? PictureCount => (int?)Pixels?.Shape[0];

    /// <exception cref="ClusterSearchException">model.unsupported, naming the input.</exception>
    public static GraphInputs Read(OnnxFile file)
    {
        OnnxTensor? ids = null, mask = null, types = null, pixels = null;
        foreach (var input in file.Inputs)
        {
            if (input.Name.Contains("position", StringComparison.OrdinalIgnoreCase)) throw Unsupported(input, "position ids are not known");
            if (input is { HoldsNumbers: true, Shape: [null or (>= 1 and <= MaximumBatch), null or 3, _, _] }) Take(ref pixels, input);
            else if (input is not { HoldsIds: true, Shape: [null or 1, null or (>= 1 and <= MaximumTokens)] }) throw Unsupported(input, "int32 or int64 [batch, tokens] and float32 or float16 [batch, 3, height, width] are known");
            else if (input.Name.Contains("mask", StringComparison.OrdinalIgnoreCase)) Take(ref mask, input);
            else if (input.Name.Contains("type", StringComparison.OrdinalIgnoreCase) || input.Name.Contains("segment", StringComparison.OrdinalIgnoreCase)) Take(ref types, input);
            else Take(ref ids, input);
        }

        return (ids ?? mask ?? types) is { } text && ids is null ? throw Unsupported(text, "without token ids beside it") : new GraphInputs(ids, mask, types, pixels);

        void Take(ref OnnxTensor? place, OnnxTensor input) => place = place is null ? input : throw Unsupported(input, $"{place.Name} beside it is taken for the same");

        ClusterSearchException Unsupported(OnnxTensor input, string reason) =>
            new(ErrorCodes.ModelUnsupported, $"{file.Path} has the input {input}; {reason}");
    }
}
