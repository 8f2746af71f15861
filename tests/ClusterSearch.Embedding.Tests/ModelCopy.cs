using System.Text.Json.Nodes;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>A model directory of one's own, to be changed: copied from a fixture or the starter.</summary>
internal sealed class ModelCopy : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    /// <param name="files">Which, by their names within the directory; all where none are named.</param>
    public ModelCopy(string source, params string[] files)
    {
        Directory = _temporary.File("model");
        foreach (var path in System.IO.Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(source, path);
            if (files.Length > 0 && !files.Contains(name)) continue;
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            File.WriteAllBytes(PathOf(name), File.ReadAllBytes(path));
        }
    }

    /// <summary>The files beside the graphs.</summary>
    public static readonly string[] Settings = ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"];

    public string Directory { get; }

    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>A fixture's directory; skips the test where the fixtures are not.</summary>
    public static string Fixture(string name)
    {
        var directory = TestAssets.ModelFixture(name.EndsWith("-tiny", StringComparison.Ordinal) ? name : Path.Combine("bad", name));
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        return directory;
    }

    public void Edit(string name, Action<JsonNode> change)
    {
        var file = JsonNode.Parse(File.ReadAllText(PathOf(name)))!;
        change(file);
        File.WriteAllText(PathOf(name), file.ToJsonString());
    }

    public void Dispose() => _temporary.Dispose();
}
