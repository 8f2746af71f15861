using System.Buffers.Binary;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;

namespace ClusterSearch.Milvus.Reading;

/// <summary>A unit that is stored, without its vectors.</summary>
/// <param name="Born">The write that put it there; with its first sample it is the row's key.</param>
internal readonly record struct LiveUnit(long First, long Shot, int Count, long Born, double FirstSecond, double LastSecond)
{
    public long End => First + Count;
}

/// <summary>Units as rows.</summary>
internal static class UnitRows
{
    public static IReadOnlyList<string> LiveColumns { get; } =
        [Columns.Key, Columns.First, Columns.Shot, Columns.Count, Columns.Born, Columns.FirstSecond, Columns.LastSecond];

    public static string KeyOf(VideoId video, long first, long born) => $"{video}/{first:x}/{born:x}";

    public static IEnumerable<LiveUnit> Live(Rows rows)
    {
        var (first, shot, count, born) = (rows.Longs(Columns.First), rows.Longs(Columns.Shot), rows.Longs(Columns.Count), rows.Longs(Columns.Born));
        var (from, to) = (rows.Doubles(Columns.FirstSecond), rows.Doubles(Columns.LastSecond));
        for (var i = 0; i < rows.Count; i++) yield return new LiveUnit(first[i], shot[i], (int)count[i], born[i], from[i], to[i]);
    }

    /// <summary>Seconds as text: base64 of little-endian doubles.</summary>
    public static string ToText(ReadOnlySpan<double> seconds)
    {
        var bytes = new byte[seconds.Length * sizeof(double)];
        for (var i = 0; i < seconds.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), seconds[i]);
        return Convert.ToBase64String(bytes);
    }

    public static double[] ToSeconds(string text)
    {
        var bytes = Convert.FromBase64String(text);
        var seconds = new double[bytes.Length / sizeof(double)];
        for (var i = 0; i < seconds.Length; i++) seconds[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        return seconds;
    }

    public static StoredUnit ToStored(VideoId video, LiveUnit unit, string seconds, long digest) =>
        new(new UnitKey(video, unit.First, unit.Shot, unit.Count), ToSeconds(seconds), unchecked((ulong)digest));
}
