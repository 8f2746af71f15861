using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Families;
using ClusterSearch.Embedding.Graphs;

namespace ClusterSearch.Embedding.Calibration;

/// <summary>
/// Where a model's scale and bias may stand, in order: config.json; golden.json or canaries.json; a combined graph, which
/// is run once and its answer remembered by the hashes of its files. A graph that is beside the ones in use and broken
/// tells nothing and is no fault.
/// </summary>
internal sealed class LogitFinder(ModelDirectory files, ModelFamily family, string? cacheDirectory, FileHashes hashes)
{
    /// <summary>Raised when the measurement changes.</summary>
    private const int Version = 1;

    /// <param name="combined">Paths of combined graphs, the best first.</param>
    /// <param name="measure">Runs one.</param>
    public LogitLine? Find(LogitLine? stated, IEnumerable<string> combined, Func<GraphFile, LogitLine?> measure)
    {
        try
        {
            if ((stated ?? GoldenValues.Logits(files.Path)) is { } known) return family.HasLogitBias ? known : known with { Bias = null };
        }
        catch (ClusterSearchException)
        {
            // The canaries say what is wrong with that file.
        }

        foreach (var path in combined)
            if (Measured(path, measure) is { } line) return line;
        return null;
    }

    private LogitLine? Measured(string path, Func<GraphFile, LogitLine?> measure)
    {
        try
        {
            var graph = GraphFile.Open(path);
            var memo = cacheDirectory is null ? null
                : new MemoFile(cacheDirectory, "logits", string.Join('\n', graph.Paths.Select(hashes.Of).Prepend($"{Version} {family.Name}")));
            hashes.Save();
            if (memo?.Read() is [var remembered] && Parse(remembered) is { } known) return known.Line;
            var line = measure(graph);
            memo?.Write([line is null ? None : string.Create(CultureInfo.InvariantCulture, $"{line.Scale:R} {(line.Bias is { } bias ? bias.ToString("R", CultureInfo.InvariantCulture) : None)}")]);
            return line;
        }
        catch (ClusterSearchException)
        {
            return null;
        }
    }

    private const string None = "none";

    private static Remembered? Parse(string text) => text.Split(' ') switch
    {
        [None] => new Remembered(null),
        [var scale, None] when Number(scale) is { } factor => new Remembered(new LogitLine(factor, null)),
        [var scale, var bias] when Number(scale) is { } factor && Number(bias) is { } offset => new Remembered(new LogitLine(factor, offset)),
        _ => null,
    };

    private static double? Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Remembered(LogitLine? Line);
}
