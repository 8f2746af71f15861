namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// One tower out of a combined graph: the operators that its outputs need, their weights, and the inputs that these need. A
/// text then costs nothing of the vision tower, neither at the start nor at a run; the runtime itself would compute every
/// output, whichever one is asked for.
/// <para>
/// What is kept is copied as it stands, so the tower computes what it computes in the whole. Field numbers are those of
/// onnx.proto3. Deliberately absent: any change to an operator or a weight.
/// </para>
/// </summary>
internal static class TowerCut
{
    private const int GraphField = 7;
    private const int TrainingField = 20;

    private delegate void Keep(ReadOnlySpan<byte> field);

    /// <returns>Names of the inputs that the outputs need; null where the graph cannot be cut.</returns>
    public static IReadOnlySet<string>? InputsOf(string path, IReadOnlyCollection<string> outputs) => OnnxBytes.Read(path, model =>
    {
        if (Need.Of(model, outputs) is not { } need || Length(model, need) > Array.MaxLength) return null;
        var inputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var graph in Graphs(model))
        {
            var fields = graph;
            while (fields.Next())
                if (fields.Field == 11 && Name(fields.Message, 1) is var name && need.Values.Contains(name)) inputs.Add(name);
        }
        return (IReadOnlySet<string>?)inputs;
    });

    /// <summary>The tower as a model of its own. Weights kept in files beside the whole stay there.</summary>
    /// <param name="path">A graph of which <see cref="InputsOf"/> says that it can be cut.</param>
    /// <param name="outputs">The same as there.</param>
    public static byte[] Make(string path, IReadOnlyCollection<string> outputs) => OnnxBytes.Read(path, model =>
    {
        var need = Need.Of(model, outputs) ?? throw new InvalidDataException("it changed while it was read");
        var bytes = new byte[Length(model, need)];
        var at = 0;
        Walk(model, need, GraphLength(model, need), field =>
        {
            field.CopyTo(bytes.AsSpan(at));
            at += field.Length;
        });
        return bytes;
    });

    private static long Length(ProtocolBuffer model, Need need)
    {
        long length = 0;
        Walk(model, need, GraphLength(model, need), field => length += field.Length);
        return length;
    }

    private static long GraphLength(ProtocolBuffer model, Need need)
    {
        long length = 0;
        foreach (var graph in Graphs(model)) Walk(graph, need, field => length += field.Length);
        return length;
    }

    private static void Walk(ProtocolBuffer model, Need need, long graphLength, Keep keep)
    {
        while (model.Next())
        {
            switch (model.Field)
            {
                case GraphField:
                    keep(Head(GraphField, graphLength));
                    Walk(model.Message, need, keep);
                    break;
                case not TrainingField:
                    keep(model.Whole);
                    break;
            }
        }
    }

    /// <summary>A graph's fields that are needed: nodes (1), weights (5), inputs (11), outputs (12), stated shapes (13), and what belongs to no value.</summary>
    private static void Walk(ProtocolBuffer graph, Need need, Keep keep)
    {
        var node = 0;
        while (graph.Next())
        {
            var isKept = graph.Field switch
            {
                1 => need.Nodes[node++],
                5 => need.Values.Contains(Name(graph.Message, 8)),
                11 or 13 => need.Values.Contains(Name(graph.Message, 1)),
                12 => need.Outputs.Contains(Name(graph.Message, 1)),
                _ => true,
            };
            if (isKept) keep(graph.Whole);
        }
    }

    private static List<ProtocolBuffer> Graphs(ProtocolBuffer model)
    {
        var graphs = new List<ProtocolBuffer>();
        while (model.Next())
            if (model.Field == GraphField) graphs.Add(model.Message);
        return graphs;
    }

    private static string Name(ProtocolBuffer message, int field)
    {
        var name = "";
        while (message.Next())
            if (message.Field == field) name = message.Text;
        return name;
    }

    /// <summary>Tag and length of a message field.</summary>
    private static byte[] Head(int field, long length)
    {
        var head = new List<byte> { (byte)((field << 3) | 2) };
        for (; length >= 128; length >>= 7) head.Add((byte)(length | 128));
        head.Add((byte)length);
        return [.. head];
    }

    /// <summary>What outputs need: which nodes, in order, and which values by name.</summary>
    private sealed record Need(bool[] Nodes, IReadOnlySet<string> Values, IReadOnlySet<string> Outputs)
    {
        /// <returns>Null for a file that is not laid out as exporters do it.</returns>
        public static Need? Of(ProtocolBuffer model, IReadOnlyCollection<string> outputs)
        {
            // Protocol Buffers would merge several graphs; no exporter writes them.
            if (Graphs(model) is not [var graph]) return null;
            var nodes = new List<Links>();
            while (graph.Next())
                if (graph.Field == 1) nodes.Add(Links.Of(graph.Message));
            var makers = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < nodes.Count; i++)
                foreach (var output in nodes[i].Outputs) makers[output] = i;

            var (needed, values) = (new bool[nodes.Count], new HashSet<string>(outputs, StringComparer.Ordinal));
            var open = new Stack<string>(outputs);
            while (open.TryPop(out var value))
            {
                if (!makers.TryGetValue(value, out var maker) || needed[maker]) continue;
                needed[maker] = true;
                // All of its outputs count, those beside the wanted one too.
                values.UnionWith(nodes[maker].Outputs);
                foreach (var input in nodes[maker].Inputs)
                    if (values.Add(input)) open.Push(input);
            }
            return outputs.All(makers.ContainsKey) ? new Need(needed, values, outputs.ToHashSet(StringComparer.Ordinal)) : null;
        }
    }

    /// <summary>Values that a node reads and makes. Branches and loops also read what lies around them: every name in them counts as read.</summary>
    private sealed record Links(List<string> Inputs, List<string> Outputs)
    {
        public static Links Of(ProtocolBuffer node)
        {
            var links = new Links([], []);
            while (node.Next())
            {
                if (node.Field == 1) links.Inputs.Add(node.Text);
                else if (node.Field == 2) links.Outputs.Add(node.Text);
                else if (node.Field == 5) AddNested(node.Message, links.Inputs);
            }
            return links;
        }

        private static void AddNested(ProtocolBuffer attribute, List<string> names)
        {
            while (attribute.Next())
            {
                if (attribute.Field is not (6 or 11)) continue;
                var graph = attribute.Message;
                while (graph.Next())
                {
                    if (graph.Field == 1) names.AddRange(Of(graph.Message).Inputs);
                    else if (graph.Field == 12) names.Add(Name(graph.Message, 1));
                }
            }
        }
    }
}
