using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>What the vision tower needs to know of its graph.</summary>
internal sealed record ImageGraph
{
    public required string Path { get; init; }

    public required OnnxTensor Pixels { get; init; }

    public required OnnxTensor Vectors { get; init; }

    public required int Dimension { get; init; }

    /// <summary>Null for a graph that names nothing.</summary>
    public OnnxTensor? Labels { get; init; }

    /// <summary>Scores a picture; 0 without labels.</summary>
    public int LabelCount { get; init; }

    /// <summary>Pictures of every run.</summary>
    public required int BatchSize { get; init; }

    /// <summary>[batch, 3, height, width].</summary>
    public required long[] InputShape { get; init; }

    /// <summary>One gigabyte of float32.</summary>
    private const long MaximumNumbers = 1L << 28;

    /// <param name="batchSize">Pictures of a run, where the graph leaves them open.</param>
    /// <exception cref="ClusterSearchException">model.unsupported: the graph takes no pictures; model.broken: pictures of another size.</exception>
    public static ImageGraph From(GraphFile graph, OnnxTensor vectors, int dimension, int width, int height, int batchSize)
    {
        var path = graph.File.Path;
        if (graph.Inputs.Pixels is not { Shape: [_, _, var graphHeight, var graphWidth] } pixels)
            throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{path} takes no pictures, only {string.Join(", ", graph.File.Inputs)}");
        if ((graphHeight ?? height) != height || (graphWidth ?? width) != width)
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"{path} wants pictures of {graphWidth} x {graphHeight}, but preprocessor_config.json makes them {width} x {height}");
        var batch = graph.Inputs.PictureCount ?? batchSize;
        if ((long)batch * 3 * width * height > MaximumNumbers)
            throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{path} wants {batch} pictures of {width} x {height} a run, which do not fit in memory");
        return new ImageGraph { Path = path, Pixels = pixels, Vectors = vectors, Dimension = dimension, BatchSize = batch, InputShape = [batch, 3, height, width] };
    }
}
