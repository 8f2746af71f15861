using System.CommandLine;
using ClusterSearch.Cli.Commands;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Commands() => [.. All(Root()).Select(c => c.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_option_and_argument_is_described(string path)
    {
        var command = Find(path);
        Assert.True(command.Description?.Length > 10, $"{path} has no description");
        foreach (var symbol in command.Options.Cast<Symbol>().Concat(command.Arguments))
            Assert.True(symbol.Description?.Length > 10, $"{path} {symbol.Name} has no description");
        foreach (var option in command.Options.Where(o => o.Arity.MaximumNumberOfValues > 0))
            Assert.False(string.IsNullOrEmpty(option.HelpName), $"{path} {option.Name} names no value");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_help_names_each_option_and_shows_examples(string path)
    {
        var run = await CommandRun.Of(new FakeArchive(), [.. path.Split(' ').Skip(1), "--help"]);
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        var command = Find(path);
        foreach (var option in command.Options) Assert.Contains(option.Name, run.Out);
        Assert.Contains("--archive", run.Out);
        Assert.Contains("--json", run.Out);
        Assert.Contains("Examples:", run.Out);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_two_examples_that_it_understands(string path)
    {
        var command = Find(path);
        var examples = command is DocumentedCommand documented ? documented.Examples : ProgramCommand.Examples;
        Assert.True(examples.Count >= 2, $"{path} has {examples.Count} examples");
        foreach (var example in examples)
        {
            var parse = Root().Parse(example.Line[example.Line.IndexOf("clustersearch ", StringComparison.Ordinal)..]["clustersearch ".Length..]);
            Assert.True(parse.Errors.Count == 0, $"{example.Line}: {string.Join("; ", parse.Errors)}");
            if (command is DocumentedCommand) Assert.Contains(path, example.Line);
        }
    }

    [Fact]
    public void Every_command_of_the_README_is_understood()
    {
        var lines = File.ReadAllLines(Path.Combine(TestAssets.Repository, "README.md"))
            .Where(line => line.StartsWith("./clustersearch ", StringComparison.Ordinal))
            .Select(line => line["./clustersearch ".Length..].Split(" #")[0].Trim()).Where(line => line is not ("demo" or "test")).ToList();
        Assert.True(lines.Count >= 8, $"{lines.Count} commands were found");
        foreach (var line in lines)
        {
            var parse = Root().Parse(line);
            Assert.True(parse.Errors.Count == 0, $"{line}: {string.Join("; ", parse.Errors)}");
        }
    }

    [Fact]
    public void The_commands_are_those_that_are_promised() => Assert.Equal(
        [
            "clustersearch", "clustersearch backup", "clustersearch doctor", "clustersearch eval", "clustersearch export", "clustersearch export query",
            "clustersearch export vectors", "clustersearch ingest", "clustersearch keys", "clustersearch keys add", "clustersearch keys list",
            "clustersearch keys remove", "clustersearch models", "clustersearch models check",
            "clustersearch models drop", "clustersearch models list", "clustersearch models pull", "clustersearch models use", "clustersearch pause",
            "clustersearch reindex", "clustersearch restore", "clustersearch resume", "clustersearch search", "clustersearch serve", "clustersearch status", "clustersearch verify",
            "clustersearch videos", "clustersearch videos list", "clustersearch videos remove", "clustersearch videos retry",
            "clustersearch videos show", "clustersearch watch", "clustersearch work",
        ],
        All(Root()).Select(c => c.Path).Order(StringComparer.Ordinal));

    private static ProgramCommand Root() => new(new Surroundings
    {
        Archives = new FakeArchive(),
        Terminal = new Terminal(TextWriter.Null, TextWriter.Null, false, false, _ => null),
        Variable = _ => null,
        WorkingDirectory = Path.GetTempPath(),
        Models = new ModelDirectories(null),
    });

    private static Command Find(string path) => All(Root()).Single(c => c.Path == path).Command;

    private static IEnumerable<(string Path, Command Command)> All(Command command, string? above = null)
    {
        var path = above is null ? "clustersearch" : $"{above} {command.Name}";
        return command.Subcommands.SelectMany(c => All(c, path)).Prepend((path, command));
    }
}
