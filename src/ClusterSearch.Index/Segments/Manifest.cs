using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// Which segments are live, oldest first: a later one's covers hide units of earlier ones. A line of JSON and a line with
/// its XXH3-64. Never changed once written; the register says which one is current.
/// </summary>
internal sealed record Manifest(int Version, long Generation, int Dimension, IReadOnlyList<string> Segments)
{
    public const int CurrentVersion = 3;

    public static Manifest Empty { get; } = new(CurrentVersion, 0, 0, []);

    /// <returns>Null when there is no such file.</returns>
    public static Manifest? Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Reading(fault, path);
        }
    }

    public byte[] ToBytes()
    {
        var json = JsonSerializer.Serialize(this, ManifestContext.Default.Manifest);
        return Encoding.UTF8.GetBytes($"{json}\n{Checksum(json)}\n");
    }

    private static Manifest Parse(byte[] bytes, string path)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (lines.Length != 3 || lines[1] != Checksum(lines[0])) throw IndexFaults.Corrupt(path, "its checksum differs");
        try
        {
            // The version first: a later one may say the rest in other words.
            using (var document = JsonDocument.Parse(lines[0]))
            {
                var version = document.RootElement.GetProperty("version").GetInt32();
                if (version != CurrentVersion) throw IndexFaults.Version(path, CurrentVersion, version);
            }
            return JsonSerializer.Deserialize(lines[0], ManifestContext.Default.Manifest)!;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw IndexFaults.Corrupt(path, $"it is no manifest ({fault.Message.ReplaceLineEndings(" ")})", fault);
        }
    }

    private static string Checksum(string json) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(json)).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

[JsonSerializable(typeof(Manifest))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ManifestContext : JsonSerializerContext;
