using System.Security.Cryptography;
using System.Text;

namespace ClusterSearch.Embedding.Directories;

/// <summary>
/// A few lines in a cache directory. Written whole or not at all; whatever goes wrong, it remembers nothing. Lines rather
/// than JSON: starting a serializer takes longer than hashing the starter's 34 MB, which this is there to save.
/// </summary>
internal sealed class MemoFile(string directory, string kind, string key)
{
    private readonly string _path = Path.Combine(directory, kind, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32] + ".txt");

    public string[] Read()
    {
        try
        {
            return File.Exists(_path) ? File.ReadAllLines(_path) : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public void Write(IEnumerable<string> lines)
    {
        var temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllLines(temporary, lines);
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                // A cache that cannot be written is a slow start, nothing else.
            }
        }
    }
}
