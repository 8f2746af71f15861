using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>Finds the output that holds vectors.</summary>
internal static class GraphOutputs
{
    /// <summary>
    /// Rows of numbers that are no vectors of this kind: a pooled state before its projection has the right shape, and may
    /// even have the right dimension.
    /// </summary>
    private static readonly string[] s_otherNames = ["pooler_output", "pooled_output", "last_hidden_state", "logits_per_image", "logits_per_text"];

    /// <param name="names">Names of this family's exports, the best first; beyond them, the only output of the right shape is taken.</param>
    /// <exception cref="ClusterSearchException">model.unsupported, listing what there is.</exception>
    public static OnnxTensor Vectors(OnnxFile file, IReadOnlyList<string> names)
    {
        foreach (var name in names)
            if (file.Outputs.FirstOrDefault(output => output.Name == name) is { } named)
                return IsRows(named) ? named : throw Unsupported(file, $"the output {named}; float32 or float16 [batch, numbers] is known");
        var rows = file.Outputs.Where(output => IsRows(output) && !s_otherNames.Contains(output.Name)).ToList();
        return rows is [var only] ? only : throw Unsupported(file, $"no output {string.Join(" or ", names)}, only {string.Join(", ", file.Outputs)}");
    }

    /// <returns>Null where the graph has no such output.</returns>
    public static OnnxTensor? Rows(OnnxFile file, string name) => file.Outputs.FirstOrDefault(output => output.Name == name && IsRows(output));

    private static bool IsRows(OnnxTensor output) => output is { HoldsNumbers: true, Shape.Count: 2 };

    private static ClusterSearchException Unsupported(OnnxFile file, string found) => new(ErrorCodes.ModelUnsupported, $"{file.Path} has {found}");
}
