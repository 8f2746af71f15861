using System.Text.Json;
using System.Text.RegularExpressions;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>The images' recipes: what they copy exists, and what they start is what they built.</summary>
public sealed partial class DockerfileTests
{
    public static TheoryData<string> Recipes() => [.. Directory.GetFiles(Path.Combine(YamlFile.Deploy, "docker")).Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void What_is_copied_is_there_or_was_made_by_an_earlier_stage(string name)
    {
        var stages = new List<string>();
        foreach (var line in Lines(name))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "FROM" && words.Length == 4 && words[2] == "AS") stages.Add(words[3]);
            if (words[0] != "COPY") continue;
            var from = words.FirstOrDefault(word => word.StartsWith("--from=", StringComparison.Ordinal));
            if (from is not null) Assert.Contains(from["--from=".Length..], stages);
            else foreach (var path in words[1..^1]) Assert.True(Path.Exists(Path.Combine(TestAssets.Repository, path)), $"{name}: there is no {path}");
        }
        Assert.NotEmpty(stages);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void What_is_started_is_what_was_built_and_nothing_runs_as_root(string name)
    {
        var lines = Lines(name);
        var publish = lines.Single(line => line.Contains("dotnet publish", StringComparison.Ordinal));
        var project = ProjectPath().Match(publish).Value;
        Assert.Contains($"<AssemblyName>{Path.GetFileName(Array(lines, "ENTRYPOINT").Single())}</AssemblyName>", File.ReadAllText(Path.Combine(TestAssets.Repository, project)), StringComparison.Ordinal);
        // Self-contained: the last stage has no .NET of its own.
        Assert.Contains("-p:SelfContained=true", publish, StringComparison.Ordinal);
        var last = lines.Skip(lines.FindLastIndex(line => line.StartsWith("FROM ", StringComparison.Ordinal))).ToList();
        Assert.Contains(last, line => line.Contains(" ffmpeg ", StringComparison.Ordinal));
        Assert.NotEqual("USER root", last.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));
        foreach (var variable in last.Where(line => line.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(line => line.Split(' ').Skip(1)).Select(pair => pair.Split('=')[0]))
            if (!variable.StartsWith("NVIDIA_", StringComparison.Ordinal)) CommandLines.Read(variable);
    }

    [Fact]
    public void The_one_for_graphics_processors_has_their_runtime_and_their_libraries()
    {
        var lines = Lines("Dockerfile.cuda");
        Assert.Contains(lines, line => line.Contains("-p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime.Gpu", StringComparison.Ordinal));
        Assert.Matches("^FROM nvidia/cuda:12[^ ]*-cudnn-runtime-", lines.Last(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
    }

    /// <summary>Instructions, a line each, without comments.</summary>
    private static List<string> Lines(string name) => [.. File.ReadAllText(Path.Combine(YamlFile.Deploy, "docker", name))
        .Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))];

    private static string[] Array(List<string> lines, string instruction) =>
        JsonSerializer.Deserialize<string[]>(lines.Last(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal))[(instruction.Length + 1)..])!;

    [GeneratedRegex(@"src/\S+\.csproj")]
    private static partial Regex ProjectPath();
}
