using ClusterSearch.Core;
using ClusterSearch.Pulling.Hosts;

namespace ClusterSearch.Pulling.Files;

/// <summary>Which files of a repository make a model directory: the small ones, the graphs of one precision, their weights beside them.</summary>
internal static class FileSelection
{
    private const string Folder = "onnx/";

    /// <summary>Variants and their suffixes, in the order in which they are taken when none is asked for; as the loader prefers them on a processor.</summary>
    private static readonly (string Precision, string Suffix)[] Variants =
    [
        ("fp32", ""), ("quantized", "_quantized"), ("int8", "_int8"), ("uint8", "_uint8"), ("fp16", "_fp16"),
        ("q4", "_q4"), ("q4f16", "_q4f16"), ("bnb4", "_bnb4"),
    ];

    private static readonly string[] Required = ["config.json", "preprocessor_config.json", "tokenizer.json"];

    private static readonly string[] Optional = ["tokenizer_config.json", "special_tokens_map.json", "concepts.json", "canaries.json", "golden.json"];

    /// <summary>Taken along where the host lists them, for whoever asks later where a model is from.</summary>
    private static readonly string[] Papers = ["README.md", "LICENSE", "LICENSE.txt", "LICENSE.md"];

    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static void RequireKnown(string? precision)
    {
        if (precision is not null && !Variants.Any(variant => variant.Precision == precision))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"precision '{precision}' is unknown; known are {string.Join(", ", Variants.Select(variant => variant.Precision))}");
    }

    /// <param name="host">Asked file by file where it keeps no list.</param>
    /// <param name="listing">Null for such a host.</param>
    /// <param name="repository">For messages.</param>
    /// <param name="precision">Null: the first there is.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="ClusterSearchException">model.download_failed, naming what the repository lacks.</exception>
    public static async Task<(string Precision, IReadOnlyList<HostFile> Files)> ChooseAsync(
        ModelHost host, HostListing? listing, string repository, string? precision, CancellationToken cancellation)
    {
        var files = new List<HostFile>();
        var missing = new List<string>();
        foreach (var name in Required)
        {
            if (await FindAsync(name) is { } file) files.Add(file);
            else missing.Add(name);
        }
        if (missing.Count > 0)
            throw PullFaults.Refused($"{repository} has no {string.Join(" and no ", missing)}: it is no model in the layout of Hugging Face's ONNX exports, or is misspelt");
        foreach (var (name, suffix) in Variants.Where(variant => precision is null || variant.Precision == precision))
        {
            var graphs = await GraphsAsync(suffix);
            if (graphs.Count == 0) continue;
            foreach (var graph in graphs)
            {
                files.Add(graph);
                files.AddRange(await WeightsAsync(graph.Path));
            }
            foreach (var extra in listing is null ? Optional : Optional.Concat(Papers))
                if (await FindAsync(extra) is { } file) files.Add(file);
            return (name, files);
        }
        throw PullFaults.Refused(precision is null
            ? $"{repository} has no ONNX graphs (onnx/text_model.onnx and onnx/vision_model.onnx, or onnx/model.onnx, in any precision)"
            : $"{repository} has no graphs in precision {precision}; pull another one, or leave --precision out");

        async Task<HostFile?> FindAsync(string path) =>
            listing is null ? await host.FindAsync(path, cancellation)
            : listing.Files.FirstOrDefault(file => file.Path == path) is { } listed ? listed.Size is null ? await host.FindAsync(path, cancellation) : listed
            : null;

        async Task<IReadOnlyList<HostFile>> GraphsAsync(string suffix)
        {
            var text = await FindAsync($"{Folder}text_model{suffix}.onnx");
            var vision = text is null ? null : await FindAsync($"{Folder}vision_model{suffix}.onnx");
            if (text is not null && vision is not null) return [text, vision];
            return await FindAsync($"{Folder}model{suffix}.onnx") is { } combined ? [combined] : [];
        }

        // ".onnx_data", further parts "_data_1", "_data_2", …; some exporters write ".onnx.data".
        async Task<IReadOnlyList<HostFile>> WeightsAsync(string graph)
        {
            var weights = new List<HostFile>();
            if (await FindAsync(graph + ".data") is { } dotted) weights.Add(dotted);
            for (var part = 0; await FindAsync(graph + (part == 0 ? "_data" : $"_data_{part}")) is { } weight; part++) weights.Add(weight);
            return weights;
        }
    }
}
