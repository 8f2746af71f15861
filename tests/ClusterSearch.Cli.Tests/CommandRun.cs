using System.Text.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>One run of the program, in this process.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as the one document that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Task<CommandRun> Of(IArchiveOpener archive, params string[] arguments) => Of(archive, new Options(), arguments);

    public static async Task<CommandRun> Of(IArchiveOpener archive, Options options, params string[] arguments)
    {
        var variables = options.Variables ?? [];
        string? Variable(string name) => variables.GetValueOrDefault(name);
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await new CommandLineProgram(new Surroundings
        {
            Archives = archive,
            Terminal = new Terminal(output, error, options.IsTerminal, options.IsTerminal, Variable),
            Variable = Variable,
            WorkingDirectory = options.WorkingDirectory,
            Models = new ModelDirectories(Path.GetDirectoryName(TestAssets.StarterModel), options.InstalledModels),
            Zone = TimeZoneInfo.Utc,
        }).RunAsync(arguments, options.Cancellation);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    internal sealed record Options
    {
        public Dictionary<string, string>? Variables { get; init; }

        public string WorkingDirectory { get; init; } = Path.GetTempPath();

        public bool IsTerminal { get; init; }

        /// <summary>Folder of installed models.</summary>
        public string? InstalledModels { get; init; }

        public CancellationToken Cancellation { get; init; }
    }
}
