using System.Text;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// Reads the fields of one Protocol Buffers message in place. ONNX files are such messages; walking them finds out what a
/// graph is, and whether it was cut off, without starting the runtime or touching the weights.
/// </summary>
internal unsafe struct ProtocolBuffer(byte* start, byte* end)
{
    private byte* _at = start;
    private byte* _field = start;

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Its value where it is a whole number.</summary>
    public ulong Number { get; private set; }

    private byte* Content { get; set; }

    private long Length { get; set; }

    /// <summary>The field as a message of its own; empty where it is a number.</summary>
    public readonly ProtocolBuffer Message => new(Content, Content + Length);

    /// <summary>The field as it stands, with its tag.</summary>
    public readonly ReadOnlySpan<byte> Whole => new(_field, checked((int)(_at - _field)));

    public readonly string Text => Encoding.UTF8.GetString(Content, checked((int)Length));

    /// <exception cref="InvalidDataException">The file ends within a field, or this is no such message.</exception>
    public bool Next()
    {
        if (_at >= end) return false;
        _field = _at;
        var tag = VariableLength();
        Field = (int)(tag >> 3);
        Number = 0;
        Content = _at;
        Length = 0;
        switch (tag & 7)
        {
            case 0:
                Number = VariableLength();
                break;
            case 1:
                Skip(8);
                break;
            case 2:
                var length = VariableLength();
                Content = _at;
                if (length > (ulong)(end - _at)) throw new InvalidDataException($"it ends {length - (ulong)(end - _at)} bytes before a field of {length} bytes does");
                Length = (long)length;
                _at += Length;
                break;
            case 5:
                Skip(4);
                break;
            default:
                throw new InvalidDataException("it is not a Protocol Buffers message");
        }

        return Field > 0 ? true : throw new InvalidDataException("it is not a Protocol Buffers message");
    }

    private void Skip(int bytes)
    {
        if (end - _at < bytes) throw new InvalidDataException("it ends within a number");
        _at += bytes;
    }

    private ulong VariableLength()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= end) throw new InvalidDataException("it ends within a number");
            var part = *_at++;
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return value;
        }

        throw new InvalidDataException("it is not a Protocol Buffers message");
    }
}
