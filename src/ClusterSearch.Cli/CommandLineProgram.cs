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
            return Fail(json, "interrupted", "interrupted; what was finished is kept, the same command goes on from there", ExitCodes.Interrupted);
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
        finally
        {
            Flush();
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
        if (UnknownOption(parse) is { } option) return $"there is no option '{option}'";
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

    private void Flush()
    {
        try
        {
            surroundings.Terminal.Out.Flush();
        }
        catch (IOException)
        {
            // The reader has gone, as `head` does once it has seen enough.
        }
    }
}
