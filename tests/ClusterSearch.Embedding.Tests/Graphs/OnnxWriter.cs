using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace ClusterSearch.Embedding.Tests.Graphs;

/// <summary>Writes small ONNX graphs, for what no fixture has. Field numbers are those of onnx.proto3.</summary>
internal sealed class OnnxWriter(int operatorSet = 17)
{
    public const int Float32 = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;

    private readonly ArrayBufferWriter<byte> _graph = new();

    /// <param name="shape">-1 leaves a dimension open.</param>
    public OnnxWriter Input(string name, int type, params long[] shape)
    {
        Message(_graph, 11, ValueInfo(name, type, shape));
        return this;
    }

    public OnnxWriter Output(string name, int type, params long[] shape)
    {
        Message(_graph, 12, ValueInfo(name, type, shape));
        return this;
    }

    public OnnxWriter Weights(string name, long[] shape, ReadOnlySpan<float> values) => Weights(name, Float32, shape, MemoryMarshal.AsBytes(values));

    public OnnxWriter Weights(string name, long[] shape, ReadOnlySpan<long> values) => Weights(name, Int64, shape, MemoryMarshal.AsBytes(values));

    /// <param name="attributes">Names with a long, a float, a long[] or a graph.</param>
    public OnnxWriter Node(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new ArrayBufferWriter<byte>();
        foreach (var input in inputs) Text(node, 1, input);
        Text(node, 2, output);
        Text(node, 4, operation);
        foreach (var (name, value) in attributes)
        {
            var attribute = new ArrayBufferWriter<byte>();
            Text(attribute, 1, name);
            switch (value)
            {
                case long number:
                    Number(attribute, 3, number);
                    Number(attribute, 20, 2);
                    break;
                case float number:
                    attribute.Write<byte>([(2 << 3) | 5]);
                    attribute.Write<byte>(BitConverter.GetBytes(number));
                    Number(attribute, 20, 1);
                    break;
                case long[] numbers:
                    foreach (var number in numbers) Number(attribute, 8, number);
                    Number(attribute, 20, 7);
                    break;
                case OnnxWriter branch:
                    Text(branch._graph, 2, name);
                    Message(attribute, 6, branch._graph);
                    Number(attribute, 20, 5);
                    break;
                default:
                    throw new ArgumentException($"{name} is of another type", nameof(attributes));
            }

            Message(node, 5, attribute);
        }

        Message(_graph, 1, node);
        return this;
    }

    public void Save(string path)
    {
        var operators = new ArrayBufferWriter<byte>();
        Number(operators, 2, operatorSet);
        Text(_graph, 2, "graph");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var model = new ArrayBufferWriter<byte>();
        Number(model, 1, 8);
        Message(model, 7, _graph);
        Message(model, 8, operators);
        using var file = File.Create(path);
        file.Write(model.WrittenSpan);
    }

    private OnnxWriter Weights(string name, int type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = new ArrayBufferWriter<byte>();
        foreach (var size in shape) Number(tensor, 1, size);
        Number(tensor, 2, type);
        Text(tensor, 8, name);
        Bytes(tensor, 9, bytes);
        Message(_graph, 5, tensor);
        return this;
    }

    private static ArrayBufferWriter<byte> ValueInfo(string name, int type, long[] shape)
    {
        var (info, tensor, dimensions, kind) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        foreach (var size in shape)
        {
            var dimension = new ArrayBufferWriter<byte>();
            if (size >= 0) Number(dimension, 1, size);
            else Text(dimension, 2, "open");
            Message(dimensions, 1, dimension);
        }

        Number(tensor, 1, type);
        Message(tensor, 2, dimensions);
        Message(kind, 1, tensor);
        Text(info, 1, name);
        Message(info, 2, kind);
        return info;
    }

    private static void Text(ArrayBufferWriter<byte> stream, int field, string text) => Bytes(stream, field, Encoding.UTF8.GetBytes(text));

    private static void Message(ArrayBufferWriter<byte> stream, int field, ArrayBufferWriter<byte> message) => Bytes(stream, field, message.WrittenSpan);

    private static void Bytes(ArrayBufferWriter<byte> stream, int field, ReadOnlySpan<byte> bytes)
    {
        VariableLength(stream, (ulong)((field << 3) | 2));
        VariableLength(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Number(ArrayBufferWriter<byte> stream, int field, long number)
    {
        VariableLength(stream, (ulong)(field << 3));
        VariableLength(stream, (ulong)number);
    }

    private static void VariableLength(ArrayBufferWriter<byte> stream, ulong value)
    {
        for (; value >= 128; value >>= 7) stream.Write<byte>([(byte)(value | 128)]);
        stream.Write<byte>([(byte)value]);
    }
}
