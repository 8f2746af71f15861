using System.CommandLine;
using System.CommandLine.Parsing;
using ClusterSearch.Cli.Commands;
using ClusterSearch.Cli.Json;
using ClusterSearch.Core;

namespace ClusterSearch.Cli;

/// <summary>From arguments to exit code: parses, runs one command, and turns every fault into one line and a code.</summary>
internal sealed class CommandLineProgram(Surroundings surroundings)
{
    public const string Name = "clustersearch";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var exitCode = await RunCommandAsync(arguments, cancellation);
        try
        {
            // A reader that has gone, as `head` goes, is no fault and not reported by the stream; a full disk is.
            await surroundings.Terminal.Out.FlushAsync(CancellationToken.None);
            return exitCode;
        }
        catch (IOException fault)
        {
            return Fail(json: false, "environment.io", $"standard output: {fault.Message}", ExitCodes.EnvironmentFault);
        }
    }

    private async Task<int> RunCommandAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var json = arguments.TakeWhile(a => a != "--").Contains("--json");
        try
        {
            var root = new ProgramCommand(surroundings);
            // Response files are off: a query may begin with an @.
            var parse = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (UsageFault(parse) is { } fault)
            {
                return Fail(json, ErrorCodes.RequestInvalid, fault, ExitCodes.Usage, PathOf(parse.CommandResult));
            }
            try
            {
                return await parse.InvokeAsync(Invocation(), cancellation);
            }
            catch (UsageException usage)
            {
                return Fail(json, usage.Code, usage.Message, ExitCodes.Usage, PathOf(parse.CommandResult));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Fail(json, "interrupted", "stopped before the end", ExitCodes.Interrupted);
        }
        catch (ModelRefusedException refusal)
        {
            return Fail(json, refusal.Code, refusal.Message, ExitCodes.SomeFailed);
        }
        catch (ClusterSearchException fault)
        {
            return Fail(json, fault.Code, fault.Message, ExitCodes.For(fault.Code));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Fail(json, "environment.io", fault.Message, ExitCodes.EnvironmentFault);
        }
        catch (Exception fault) when (surroundings.Variable("CLUSTERSEARCH_DEBUG") is not { Length: > 0 })
        {
            return Fail(json, "internal", $"{fault.GetType().Name}: {fault.Message}; CLUSTERSEARCH_DEBUG=1 shows where", ExitCodes.EnvironmentFault);
        }
    }

    private InvocationConfiguration Invocation() => new()
    {
        Output = surroundings.Terminal.Out,
        Error = surroundings.Terminal.Error,
        EnableDefaultExceptionHandler = false,
        // Signals are Interruption's.
        ProcessTerminationTimeout = null,
    };

    private static string? UsageFault(ParseResult parse)
    {
        if (parse.Action is HelpWithExamples) return null;
        if (UnknownOption(parse) is { } option) return $"there is no option '{option}'";
        if (SwallowedOption(parse) is var (taker, swallowed)) return $"{taker} needs a value, found the option {swallowed}";
        if (parse.Errors.Count == 0) return null;
        if (parse.CommandResult.Command.Subcommands.Count > 0)
            return parse.UnmatchedTokens.Count == 0 ? "a command is needed" : $"there is no command '{parse.UnmatchedTokens[0]}'";
        return parse.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
    }

    /// <summary>An unknown option would pass as an argument where a command takes some: a word that begins with a dash is one only after "--".</summary>
    private static string? UnknownOption(ParseResult parse)
    {
        var literal = parse.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parse.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens)
            .FirstOrDefault(t => t.Value.Length > 1 && t.Value[0] == '-' && !literal.Contains(t))?.Value
            ?? parse.UnmatchedTokens.FirstOrDefault(t => t.Length > 1 && t[0] == '-');
    }

    /// <summary>An option without its value takes the next word, even where that is another option.</summary>
    private static (string Option, string Swallowed)? SwallowedOption(ParseResult parse)
    {
        var names = parse.CommandResult.Command.Options.Concat(parse.RootCommandResult.Command.Options)
            .SelectMany(o => o.Aliases.Append(o.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var option in parse.CommandResult.Children.OfType<OptionResult>())
            foreach (var token in option.Tokens)
                if (names.Contains(token.Value)) return (option.Option.Name, token.Value);
        return null;
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : Name;

    /// <param name="helpOf">The command whose help would have told; null for faults that no help explains.</param>
    private int Fail(bool json, string code, string message, int exitCode, string? helpOf = null)
    {
        var terminal = surroundings.Terminal;
        var line = Presentation.Wording.Safe(message);
        if (json) JsonOutput.Write(terminal.Out, new ErrorDocument(new ErrorDetail(code, line)), DocumentContext.Readable.ErrorDocument);
        terminal.Error.WriteLine($"{Name}: {line}{(helpOf is null ? $" ({code})" : $"; see '{helpOf} --help'")}");
        return exitCode;
    }
}
