using System.Text;

namespace ClusterSearch.Media.Processes;

/// <summary>
/// What a child process says on standard error, in bounded memory: a count, and the first and last lines.
/// </summary>
internal sealed class ErrorLines
{
    private const int KeptLines = 8;
    private const int KeptLength = 400;

    private readonly Lock _lock = new();
    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();
    private readonly byte[] _line = new byte[KeptLength];
    private int _lineLength;
    private string? _firstCounted;
    private long _count;

    /// <summary>What to make of a line; called for each in the order they were written, under a lock.</summary>
    public Func<string, ErrorLine> Reading { get; init; } = static line => new ErrorLine(line, Counts: true);

    public long Count
    {
        get { lock (_lock) return _count; }
    }

    /// <summary>The first line that counts.</summary>
    public string? First
    {
        get { lock (_lock) return _firstCounted; }
    }

    /// <summary>The first and the last lines, joined for one line.</summary>
    public string Summary
    {
        get { lock (_lock) return string.Join("; ", _first.Concat(_last).Distinct()); }
    }

    public bool Mentions(string text)
    {
        lock (_lock) return _first.Concat(_last).Any(line => line.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is (byte)'\n' or (byte)'\r') EndLine();
            else if (_lineLength < KeptLength) _line[_lineLength++] = value;
        }
    }

    public void EndLine()
    {
        if (_lineLength == 0) return;
        var line = Tidy(Encoding.UTF8.GetString(_line, 0, _lineLength));
        _lineLength = 0;
        lock (_lock)
        {
            if (line.Length == 0 || Reading(line) is not { Text: { } text, Counts: var counts }) return;
            if (counts)
            {
                _count++;
                _firstCounted ??= text;
            }
            if (_first.Count < KeptLines && !_first.Contains(text)) _first.Add(text);
            _last.Enqueue(text);
            if (_last.Count > KeptLines) _last.Dequeue();
        }
    }

    /// <summary>"[h264 @ 0x55d0c1] text" becomes "h264: text".</summary>
    private static string Tidy(string line)
    {
        var at = line.IndexOf(" @ 0x", StringComparison.Ordinal);
        var end = at < 0 ? -1 : line.IndexOf("] ", at, StringComparison.Ordinal);
        if (line.StartsWith('[') && end > 0) line = string.Concat(line.AsSpan(1, at - 1), ": ", line.AsSpan(end + 2));
        return string.Concat(line.Where(c => !char.IsControl(c))).Trim();
    }
}

/// <param name="Text">What is kept of a line; null to leave it out of everything.</param>
/// <param name="Counts">Whether it is counted, and may be the first.</param>
internal readonly record struct ErrorLine(string? Text, bool Counts);
