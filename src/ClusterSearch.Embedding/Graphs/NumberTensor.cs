using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>Room for the numbers of one input or output, in the graph's own type; float32 outside.</summary>
internal sealed class NumberTensor : IDisposable
{
    private readonly float[] _single = [];
    private readonly Float16[] _half = [];

    /// <param name="elementType"><see cref="OnnxTensor.Float32"/> or <see cref="OnnxTensor.Float16"/>.</param>
    public NumberTensor(int elementType, long[] shape)
    {
        var length = checked((int)shape.Aggregate(1L, (product, size) => checked(product * size)));
        if (elementType == OnnxTensor.Float16) Value = OrtValue.CreateTensorValueFromMemory(_half = new Float16[length], shape);
        else Value = OrtValue.CreateTensorValueFromMemory(_single = new float[length], shape);
    }

    public OrtValue Value { get; }

    /// <summary>Sets the numbers; room that is left becomes 0.</summary>
    public void Write(ReadOnlySpan<float> numbers)
    {
        if (_half.Length == 0)
        {
            numbers.CopyTo(_single);
            _single.AsSpan(numbers.Length).Clear();
            return;
        }

        TensorPrimitives.ConvertToHalf(numbers, MemoryMarshal.Cast<Float16, Half>(_half.AsSpan()));
        _half.AsSpan(numbers.Length).Clear();
    }

    /// <summary>Gets as many numbers as there is room for, from the first on.</summary>
    public void Read(Span<float> numbers)
    {
        if (_half.Length == 0) _single.AsSpan(0, numbers.Length).CopyTo(numbers);
        else TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(_half.AsSpan(0, numbers.Length)), numbers);
    }

    public void Dispose() => Value.Dispose();
}
