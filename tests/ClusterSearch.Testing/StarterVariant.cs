using System.Text.Json.Nodes;

namespace ClusterSearch.Testing;

/// <summary>Another model made of the starter: it crops from a larger picture, so its vectors and its hash are its own.</summary>
public static class StarterVariant
{
    /// <returns>The directory.</returns>
    public static string Make(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(TestAssets.StarterModel, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(directory, Path.GetRelativePath(TestAssets.StarterModel, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        // Its values are the starter's.
        File.Delete(Path.Combine(directory, "golden.json"));
        var settings = Path.Combine(directory, "preprocessor_config.json");
        var json = JsonNode.Parse(File.ReadAllText(settings))!;
        json["size"]!["shortest_edge"] = 300;
        File.WriteAllText(settings, json.ToJsonString());
        return directory;
    }
}
