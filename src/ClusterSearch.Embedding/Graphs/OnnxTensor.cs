using System.Globalization;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>A graph's input or output as its file declares it.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="ElementType">ONNX's number: 1 float32, 6 int32, 7 int64, 10 float16.</param>
/// <param name="Shape">One entry a dimension; null where it is open.</param>
internal sealed record OnnxTensor(string Name, int ElementType, IReadOnlyList<long?> Shape)
{
    public const int Float32 = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;

    public bool HoldsNumbers => ElementType is Float32 or Float16;

    public bool HoldsIds => ElementType is Int32 or Int64;

    public override string ToString() =>
        $"{Name} {ElementType switch { Float32 => "float32", Int32 => "int32", Int64 => "int64", Float16 => "float16", _ => $"type {ElementType}" }}"
        + $"[{string.Join(", ", Shape.Select(size => size?.ToString(CultureInfo.InvariantCulture) ?? "?"))}]";
}
