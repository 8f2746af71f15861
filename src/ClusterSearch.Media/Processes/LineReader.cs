namespace ClusterSearch.Media.Processes;

/// <summary>Lines of a blocking stream, without their ends, in one reused buffer; a line longer than the buffer is cut.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _start;
    private int _end;

    /// <param name="line">Valid until the next call.</param>
    /// <returns>False at the end.</returns>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = _buffer.AsSpan(_start, length).TrimEnd((byte)'\r');
                _start += length + 1;
                return true;
            }
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }
            if (_end == _buffer.Length) _end = _buffer.Length - 1;
            var count = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (count > 0)
            {
                _end += count;
                continue;
            }
            line = _buffer.AsSpan(0, _end);
            _end = 0;
            return line.Length > 0;
        }
    }
}
