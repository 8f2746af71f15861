using ClusterSearch.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>Documents of a YAML file below deploy/, with anchors resolved.</summary>
internal static class YamlFile
{
    public static string Deploy { get; } = Path.Combine(TestAssets.Repository, "deploy");

    public static IReadOnlyList<YamlMappingNode> Read(string name)
    {
        using var text = new StreamReader(Path.Combine(Deploy, name));
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(text)));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    /// <summary>Follows keys; null where one is missing.</summary>
    public static YamlNode? Find(this YamlNode node, params string[] path)
    {
        foreach (var key in path)
        {
            if (node is not YamlMappingNode mapping || !mapping.Children.TryGetValue(key, out var next)) return null;
            node = next;
        }
        return node;
    }

    public static YamlNode At(this YamlNode node, params string[] path) =>
        node.Find(path) ?? throw new Xunit.Sdk.XunitException($"{string.Join('.', path)} is missing in {node}");

    public static string Text(this YamlNode node, params string[] path) => ((YamlScalarNode)node.At(path)).Value!;

    /// <summary>Items of a list; none where it is missing.</summary>
    public static IReadOnlyList<YamlNode> Items(this YamlNode node, params string[] path) =>
        node.Find(path) is YamlSequenceNode list ? [.. list.Children] : [];

    public static IReadOnlyList<string> Words(this YamlNode node, params string[] path) => [.. node.Items(path).Select(item => ((YamlScalarNode)item).Value!)];

    /// <summary>Keys and values of a mapping; none where it is missing.</summary>
    public static IReadOnlyDictionary<string, YamlNode> Entries(this YamlNode node, params string[] path) =>
        node.Find(path) is YamlMappingNode mapping ? mapping.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => pair.Value) : [];
}
