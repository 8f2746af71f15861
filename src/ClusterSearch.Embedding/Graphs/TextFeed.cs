using ClusterSearch.Embedding.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>One text as the inputs of a graph, in its own names and types.</summary>
internal sealed class TextFeed
{
    private readonly GraphInputs _inputs;
    private readonly TextPreparation _preparation;

    public TextFeed(GraphInputs inputs, TextPreparation preparation)
    {
        (_inputs, _preparation) = (inputs, preparation);
        Names = [.. new[] { inputs.TokenIds, inputs.AttentionMask, inputs.TokenTypes }.OfType<OnnxTensor>().Select(input => input.Name)];
    }

    /// <summary>In the order of <see cref="Create"/>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Values that the caller disposes.</summary>
    public OrtValue[] Create(string text)
    {
        var prepared = _preparation.Prepare(text);
        var values = new List<OrtValue>(3);
        if (_inputs.TokenIds is { } ids) values.Add(Value(ids, prepared.Ids));
        if (_inputs.AttentionMask is { } mask) values.Add(Value(mask, prepared.Mask));
        if (_inputs.TokenTypes is { } types) values.Add(Value(types, new long[prepared.Ids.Length]));
        return [.. values];
    }

    private static OrtValue Value(OnnxTensor input, long[] numbers) => input.ElementType == OnnxTensor.Int32
        ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(numbers, number => (int)number), [1, numbers.Length])
        : OrtValue.CreateTensorValueFromMemory(numbers, [1, numbers.Length]);
}
