using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Directories;

/// <summary>What makes two directories the same model.</summary>
internal static class ModelHash
{
    /// <summary>Over the files that decide a vector (graphs with their weights, tokenizer, preprocessing), and the family.</summary>
    /// <param name="graphs">Full paths.</param>
    /// <param name="settings">What else decides a vector and is neither in those files nor in the family; archives know the models that have none by their old hashes.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Of(ModelDirectory files, string family, IEnumerable<string> names, IEnumerable<string> graphs, IEnumerable<string> settings, FileHashes hashes)
    {
        var all = names.Where(name => File.Exists(files.PathOf(name))).Concat(graphs.Select(files.NameOf)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var text = new StringBuilder().Append("family ").Append(family).Append('\n');
        foreach (var name in all) text.Append(name).Append(' ').Append(hashes.Of(files.PathOf(name))).Append('\n');
        foreach (var setting in settings) text.Append(setting).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>config.json's "files", where a model states them: path to sha256.</summary>
    /// <exception cref="ClusterSearchException">model.broken: a file is another than the one stated.</exception>
    public static void RequireStated(ModelDirectory files, JsonFile config, FileHashes hashes)
    {
        if (config.Find("files") is not { ValueKind: JsonValueKind.Object } stated) return;
        foreach (var entry in stated.EnumerateObject())
        {
            var path = files.PathOf(entry.Name);
            if (!File.Exists(path) || entry.Value.Text("sha256") is not { } expected) continue;
            var found = hashes.Of(path);
            if (!string.Equals(found, expected, StringComparison.OrdinalIgnoreCase))
                throw new ClusterSearchException(ErrorCodes.ModelBroken,
                    $"{path} is not the file that config.json states: expected SHA-256 {expected}, found {found}; fetch the file again");
        }
    }
}
