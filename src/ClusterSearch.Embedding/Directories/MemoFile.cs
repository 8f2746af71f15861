using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClusterSearch.Embedding.Directories;

/// <summary>One small JSON file in a cache directory. Written whole or not at all; whatever goes wrong, it remembers nothing.</summary>
internal sealed class MemoFile(string directory, string kind, string key)
{
    private readonly string _path = Path.Combine(directory, kind, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32] + ".json");

    public T? Read<T>()
        where T : class
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(_path)) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write<T>(T value)
    {
        var temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(value));
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
