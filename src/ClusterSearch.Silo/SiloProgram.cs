using System.CommandLine;
using ClusterSearch.Core;
using ClusterSearch.Hosting;

namespace ClusterSearch.Silo;

/// <summary>From arguments to exit code: one line for every fault, as the command line has it.</summary>
internal sealed class SiloProgram(TextWriter output, TextWriter error, Func<string, string?> variable, string workingDirectory)
{
    public const string Name = "clustersearch-silo";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            var command = new SiloCommand(new Settings(variable, workingDirectory), workingDirectory, line => error.WriteLine(line.ReplaceLineEndings(" ")));
            var parse = command.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parse.Errors.Count > 0) throw new UsageException(parse.Errors[0].Message.TrimEnd('.'));
            return await parse.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                // Signals are Interruption's.
                ProcessTerminationTimeout = null,
            }, cancellation);
        }
        catch (UsageException usage)
        {
            return Fail($"{usage.Message}; see '{Name} --help'", ExitCodes.Usage);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (ClusterSearchException fault)
        {
            return Fail($"{fault.Message} ({fault.Code})", ExitCodes.For(fault.Code));
        }
        catch (Exception fault) when (variable("CLUSTERSEARCH_DEBUG") is not { Length: > 0 })
        {
            return Fail($"{fault.GetType().Name}: {fault.Message}; CLUSTERSEARCH_DEBUG=1 shows where", ExitCodes.EnvironmentFault);
        }
    }

    private int Fail(string message, int exitCode)
    {
        error.WriteLine($"{Name}: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
