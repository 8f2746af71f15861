using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding;

/// <summary>
/// The text tower: one text a run, so that a text's vector depends on nothing else. A combined graph is given a blank
/// picture beside it.
/// </summary>
internal sealed class TextEncoder : ITextEncoder, IDisposable
{
    private readonly TextPreparation _preparation;
    private readonly TextFeed _feed;
    private readonly GraphSession _session;
    private readonly GraphFile _graph;
    private readonly string[] _inputNames;
    private readonly OnnxTensor _output;
    private readonly int _dimension;
    private readonly NumberTensor? _blankPicture;

    /// <param name="pictureShape">[3, height, width], for a graph that wants a picture too.</param>
    /// <exception cref="ClusterSearchException">model.unsupported: the graph takes no text.</exception>
    public TextEncoder(TextPreparation preparation, GraphFile graph, OnnxTensor output, int dimension, long[] pictureShape, GraphSession session)
    {
        (_preparation, _graph, _output, _dimension, _session) = (preparation, graph, output, dimension, session);
        if (graph.Inputs.TokenIds is null) throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{graph.File.Path} takes no text, only {string.Join(", ", graph.File.Inputs)}");
        _feed = new TextFeed(graph.Inputs, preparation);
        if (graph.Inputs.Pixels is { } pixels) _blankPicture = new NumberTensor(pixels.ElementType, [graph.Inputs.PictureCount ?? 1, .. pictureShape]);
        _inputNames = [.. _feed.Names, .. new[] { graph.Inputs.Pixels }.OfType<OnnxTensor>().Select(input => input.Name)];
    }

    public long[] Tokenize(string text) => _preparation.Prepare(text).Ids;

    public float[] Encode(string text)
    {
        var inputs = _feed.Create(text);
        try
        {
            using var output = new NumberTensor(_output.ElementType, [1, _dimension]);
            _session.Run(_inputNames, _blankPicture is null ? inputs : [.. inputs, _blankPicture.Value], [_output.Name], [output.Value]);
            var vector = new float[_dimension];
            output.Read(vector);
            UnitVector.Write(vector, vector, _graph.File.Path);
            return vector;
        }
        finally
        {
            foreach (var input in inputs) input.Dispose();
        }
    }

    public void Dispose() => _blankPicture?.Dispose();
}
