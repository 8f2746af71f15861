using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Graphs;

namespace ClusterSearch.Embedding.Families;

/// <summary>What a vision graph scores in a picture, and how it is named.</summary>
internal sealed record ModelLabels(OnnxTensor Output, IReadOnlyList<string> Names)
{
    /// <returns>Null for a model that names nothing.</returns>
    /// <exception cref="ClusterSearchException">model.broken: names and scores do not fit.</exception>
    public static ModelLabels? Read(string directory, ModelFamily family, OnnxFile vision)
    {
        if (family is not { LabelOutput: { } outputName, LabelFile: { } fileName }) return null;
        var path = Path.Combine(directory, fileName);
        if (!File.Exists(path)) return null;
        var output = GraphOutputs.Rows(vision, outputName)
            ?? throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{vision.Path} has no output {outputName}, only {string.Join(", ", vision.Outputs)}");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var names = new string[document.RootElement.GetArrayLength()];
            foreach (var entry in document.RootElement.EnumerateArray()) names[entry.GetProperty("index").GetInt32()] = entry.GetProperty("name").GetString() ?? "";
            if (names.Length != output.Shape[1] || names.Length > ushort.MaxValue || names.Any(string.IsNullOrEmpty))
                throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path} names {names.Length} labels, but {vision.Path} scores {output.Shape[1]}");
            return new ModelLabels(output, names);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path}: expected a list of objects with index and name: {fault.Message}", fault);
        }
    }
}
