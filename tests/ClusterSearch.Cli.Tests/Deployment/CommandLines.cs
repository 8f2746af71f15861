using System.CommandLine;
using System.CommandLine.Parsing;
using ClusterSearch.Cli.Commands;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>Whether the program understands what deployments say to it.</summary>
internal static class CommandLines
{
    /// <summary>Variables that the program reads beside its settings, by the names that its own code has for them.</summary>
    private static readonly string[] Known =
    [
        ModelDirectories.Variable, Settings.FileVariable, "PGPASSWORD",
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES",
    ];

    /// <summary>Fails unless the command parses without a fault and its command is one of the program's.</summary>
    public static void Understood(IReadOnlyList<string> arguments)
    {
        Assert.NotEmpty(arguments);
        var parse = new ProgramCommand(Nowhere()).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Assert.True(parse.Errors.Count == 0 && parse.UnmatchedTokens.Count == 0,
            $"{string.Join(' ', arguments)}: {string.Join("; ", parse.Errors.Select(error => error.Message))} {string.Join(' ', parse.UnmatchedTokens)}");
        Assert.IsNotType<RootCommand>(parse.CommandResult.Command, exactMatch: false);
        // A word that begins with dashes would pass as an argument where a command takes some.
        Assert.DoesNotContain(parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens), token => token.Value.StartsWith('-'));
    }

    public static void Read(string variable) =>
        Assert.True(Known.Contains(variable) || Settings.Known.Keys.Any(setting => Settings.VariableName(setting) == variable), $"{variable}: the program reads no such variable");

    private static Surroundings Nowhere() => new()
    {
        Archives = new ArchiveOpener(new Settings(_ => null, "/")),
        Terminal = Presentation.Terminal.OfProcess(),
        Variable = _ => null,
        WorkingDirectory = "/",
        Models = new ModelDirectories(TestAssets.Repository),
    };
}
