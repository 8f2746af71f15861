using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// What an ONNX file says of itself: inputs, outputs, operators, weights kept outside. Field numbers are those of
/// onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto).
/// </summary>
internal sealed record OnnxFile
{
    public required string Path { get; init; }

    public required IReadOnlyList<OnnxTensor> Inputs { get; init; }

    public required IReadOnlyList<OnnxTensor> Outputs { get; init; }

    /// <summary>Operator types that occur, also within branches and loops.</summary>
    public required IReadOnlySet<string> Operators { get; init; }

    /// <summary>Names of files beside this one that hold weights.</summary>
    public required IReadOnlyList<string> ExternalFiles { get; init; }

    /// <summary>Outputs of one tower, to which the graph is cut when it is loaded (<see cref="TowerCut"/>); null: it is loaded as it stands.</summary>
    public IReadOnlyList<string>? CutTo { get; init; }

    /// <summary>Far above any exporter's; a stack holds only so much.</summary>
    private const int MaximumDepth = 100;

    /// <summary>Whether activations are scaled over the whole batch, so that a vector depends on its neighbours.</summary>
    public bool ScalesOverTheBatch => Operators.Contains("DynamicQuantizeLinear");

    /// <exception cref="ClusterSearchException">model.broken when it is cut off or no ONNX graph.</exception>
    public static OnnxFile Read(string path) => OnnxBytes.Read(path, model => Parse(path, model));

    private static OnnxFile Parse(string path, ProtocolBuffer model)
    {
        var (inputs, outputs, initializers) = (new List<OnnxTensor>(), new List<OnnxTensor>(), new HashSet<string>());
        var (operators, external) = (new HashSet<string>(), new SortedSet<string>(StringComparer.Ordinal));
        var depth = 0;
        while (model.Next())
        {
            if (model.Field == 7) Graph(model.Message);
            else if (model.Field == 25) Nodes(model.Message, nodeField: 7);
        }

        if (operators.Count == 0 || outputs.Count == 0) throw new InvalidDataException("it holds no operators or no outputs");
        return new OnnxFile
        {
            Path = path,
            // Old exporters list the weights among the inputs too.
            Inputs = [.. inputs.Where(input => !initializers.Contains(input.Name))],
            Outputs = outputs,
            Operators = operators,
            ExternalFiles = [.. external],
        };

        void Graph(ProtocolBuffer graph)
        {
            while (graph.Next())
            {
                switch (graph.Field)
                {
                    case 1:
                        Node(graph.Message);
                        break;
                    case 5:
                        initializers.Add(Tensor(graph.Message));
                        break;
                    case 11:
                        inputs.Add(ValueInfo(graph.Message));
                        break;
                    case 12:
                        outputs.Add(ValueInfo(graph.Message));
                        break;
                }
            }
        }

        void Nodes(ProtocolBuffer message, int nodeField)
        {
            while (message.Next())
            {
                if (message.Field == nodeField) Node(message.Message);
                else if (message.Field == 5 && nodeField == 1) Tensor(message.Message);
            }
        }

        void Node(ProtocolBuffer node)
        {
            while (node.Next())
            {
                if (node.Field == 4) operators.Add(node.Text);
                else if (node.Field == 5) Attribute(node.Message);
            }
        }

        void Attribute(ProtocolBuffer attribute)
        {
            if (++depth > MaximumDepth) throw new InvalidDataException($"its branches and loops are nested more than {MaximumDepth} deep");
            while (attribute.Next())
            {
                if (attribute.Field is 6 or 11) Nodes(attribute.Message, nodeField: 1);
                else if (attribute.Field is 5 or 10) Tensor(attribute.Message);
            }

            depth--;
        }

        string Tensor(ProtocolBuffer tensor)
        {
            var name = "";
            while (tensor.Next())
            {
                if (tensor.Field == 8) name = tensor.Text;
                if (tensor.Field != 13) continue;
                var (entry, key, value) = (tensor.Message, "", "");
                while (entry.Next())
                {
                    if (entry.Field == 1) key = entry.Text;
                    else if (entry.Field == 2) value = entry.Text;
                }

                if (key == "location") external.Add(value);
            }

            return name;
        }
    }

    private static OnnxTensor ValueInfo(ProtocolBuffer info)
    {
        var (name, elementType, shape) = ("", 0, new List<long?>());
        while (info.Next())
        {
            if (info.Field == 1) name = info.Text;
            if (info.Field != 2) continue;
            var type = info.Message;
            while (type.Next())
            {
                if (type.Field != 1) continue;
                var tensor = type.Message;
                while (tensor.Next())
                {
                    if (tensor.Field == 1) elementType = (int)tensor.Number;
                    if (tensor.Field != 2) continue;
                    var dimensions = tensor.Message;
                    while (dimensions.Next())
                        if (dimensions.Field == 1) shape.Add(Dimension(dimensions.Message));
                }
            }
        }

        return new OnnxTensor(name, elementType, shape);
    }

    private static long? Dimension(ProtocolBuffer dimension)
    {
        long? size = null;
        while (dimension.Next())
            if (dimension.Field == 1) size = (long)dimension.Number is var stated and > 0 ? stated : null;
        return size;
    }
}
