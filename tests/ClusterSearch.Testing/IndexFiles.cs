using System.Text.Json;

namespace ClusterSearch.Testing;

/// <summary>Files of an embedded index, found and damaged from outside, as a disk does it.</summary>
public static class IndexFiles
{
    /// <summary>Segments that a manifest names: others that lie beside it were replaced.</summary>
    public static IReadOnlyList<string> SegmentsOf(string manifest) =>
        [.. JsonDocument.Parse(File.ReadLines(manifest).First()).RootElement.GetProperty("segments").EnumerateArray()
            .Select(name => Path.Combine(Path.GetDirectoryName(manifest)!, name.GetString()!))];

    /// <summary>Flips a bit of a sample's vector: samples come last and take the most room (docs/index-format.md).</summary>
    public static void DamageSamples(string segment)
    {
        using var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length * 3 / 4;
        var read = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(read ^ 1));
    }
}
