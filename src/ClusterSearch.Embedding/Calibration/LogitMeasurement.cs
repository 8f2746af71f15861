using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Families;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Embedding.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Calibration;

/// <summary>
/// Finds scale and bias in a combined graph, where alone they are: it gives vectors and logits, and these are a straight
/// line of the cosines. Least squares over a few pairs; what does not lie on a line is no such graph.
/// </summary>
internal sealed class LogitMeasurement(GraphFile graph, ModelFamily family, TextPreparation texts, PicturePreparation pictures, int dimension)
{
    private static readonly string[] s_texts = ["a dog", "red car at night", "snow on mountains", "1"];

    /// <summary>float16 logits near 16 are a hundredth apart.</summary>
    private const double LargestDeviation = 0.02;

    /// <returns>Null where the graph gives no logits, or none that are a line.</returns>
    /// <exception cref="ClusterSearchException">model.broken: the graph cannot be run.</exception>
    public LogitLine? Measure(ExecutionSettings settings)
    {
        if (graph.Inputs is not { TokenIds: not null, Pixels: not null }) return null;
        // With one text the two are the same numbers.
        var logits = GraphOutputs.Rows(graph.File, "logits_per_image") ?? GraphOutputs.Rows(graph.File, "logits_per_text");
        if (logits is null) return null;
        using var session = new GraphSession(graph.File, settings, ModelTowers.Both);
        var points = s_texts.SelectMany(text => Points(session, logits, text)).ToList();
        return Fit(points) is { } line ? line with { Bias = family.HasLogitBias ? line.Bias : null } : null;
    }

    private IEnumerable<(double Cosine, double Logit)> Points(GraphSession session, OnnxTensor logits, string text)
    {
        var (width, height) = (pictures.Config.OutputWidth, pictures.Config.OutputHeight);
        var image = ImageGraph.From(graph, GraphOutputs.Vectors(graph.File, family.ImageOutputs), dimension, width, height, CanaryPictures.All.Count);
        var textVectors = GraphOutputs.Vectors(graph.File, family.TextOutputs);
        var feed = new TextFeed(graph.Inputs, texts);
        foreach (var batch in CanaryPictures.All.Chunk(image.BatchSize))
        {
            using var pixels = new NumberTensor(image.Pixels.ElementType, image.InputShape);
            pixels.Write(Prepared(batch));
            using var ofImages = new NumberTensor(image.Vectors.ElementType, [image.BatchSize, dimension]);
            using var ofText = new NumberTensor(textVectors.ElementType, [1, dimension]);
            using var found = new NumberTensor(logits.ElementType, logits.Name == "logits_per_image" ? [image.BatchSize, 1] : [1, image.BatchSize]);
            var inputs = feed.Create(text);
            try
            {
                session.Run([.. feed.Names, image.Pixels.Name], [.. inputs, pixels.Value],
                    [image.Vectors.Name, textVectors.Name, logits.Name], [ofImages.Value, ofText.Value, found.Value]);
            }
            finally
            {
                foreach (var input in inputs) input.Dispose();
            }

            var (imageRows, textRow, values) = (new float[image.BatchSize * dimension], new float[dimension], new float[image.BatchSize]);
            ofImages.Read(imageRows);
            ofText.Read(textRow);
            found.Read(values);
            for (var i = 0; i < batch.Length; i++) yield return (Cosine(imageRows.AsSpan(i * dimension, dimension), textRow), values[i]);
        }
    }

    private float[] Prepared(RgbImage[] batch)
    {
        var prepared = new float[batch.Length * pictures.PreparedLength];
        for (var i = 0; i < batch.Length; i++) pictures.Prepare(batch[i], prepared.AsSpan(i * pictures.PreparedLength, pictures.PreparedLength));
        return prepared;
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static LogitLine? Fit(List<(double Cosine, double Logit)> points)
    {
        var (meanCosine, meanLogit) = (points.Average(point => point.Cosine), points.Average(point => point.Logit));
        var spread = points.Sum(point => (point.Cosine - meanCosine) * (point.Cosine - meanCosine));
        if (!(spread > 1e-9)) return null;
        var scale = points.Sum(point => (point.Cosine - meanCosine) * (point.Logit - meanLogit)) / spread;
        var bias = meanLogit - (scale * meanCosine);
        return points.All(point => Math.Abs((scale * point.Cosine) + bias - point.Logit) <= LargestDeviation) ? new LogitLine(scale, bias) : null;
    }
}
