using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding;

/// <summary>The text tower: one text a run, unpadded, so that a text's vector depends on nothing else.</summary>
internal sealed class TextEncoder : ITextEncoder
{
    private static readonly string[] s_maskNames = ["attention_mask"];
    private static readonly string[] s_typeNames = ["token_type_ids"];

    private readonly ITokenizer _tokenizer;
    private readonly GraphSession _session;
    private readonly OnnxFile _file;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly int _dimension;

    /// <exception cref="ClusterSearchException">model.unsupported: the graph wants what a text does not give.</exception>
    public TextEncoder(ITokenizer tokenizer, OnnxFile file, OnnxTensor output, int dimension, GraphSession session)
    {
        (_tokenizer, _file, _session, _dimension) = (tokenizer, file, session, dimension);
        foreach (var input in file.Inputs)
            if (input.ElementType != OnnxTensor.Int64 || input.Shape is not [null or 1, null])
                throw Unsupported($"input {input}; int64 [batch, tokens] is known");
        var ids = file.Inputs.Where(input => !s_maskNames.Contains(input.Name) && !s_typeNames.Contains(input.Name)).ToList();
        if (ids.Count != 1) throw Unsupported($"inputs {string.Join(", ", file.Inputs)}; token ids, attention_mask and token_type_ids are known");
        _inputNames = [.. file.Inputs.Select(input => input.Name)];
        _outputNames = [output.Name];
    }

    public long[] Tokenize(string text) => _tokenizer.Encode(text);

    public float[] Encode(string text)
    {
        var ids = Tokenize(text);
        long[] shape = [1, ids.Length];
        var raw = new float[_dimension];
        var inputs = new OrtValue[_inputNames.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                var values = ids;
                if (s_maskNames.Contains(_inputNames[i])) Array.Fill(values = new long[ids.Length], 1L);
                else if (s_typeNames.Contains(_inputNames[i])) values = new long[ids.Length];
                inputs[i] = OrtValue.CreateTensorValueFromMemory(values, shape);
            }

            using var output = OrtValue.CreateTensorValueFromMemory(raw, [1, _dimension]);
            _session.Run(_inputNames, inputs, _outputNames, [output]);
        }
        finally
        {
            foreach (var input in inputs) input?.Dispose();
        }

        UnitVector.Write(raw, raw, _file.Path);
        return raw;
    }

    private ClusterSearchException Unsupported(string found) => new(ErrorCodes.ModelUnsupported, $"{_file.Path} has {found}");
}
