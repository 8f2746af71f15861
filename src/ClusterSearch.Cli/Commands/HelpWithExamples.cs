using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ClusterSearch.Cli.Commands;

/// <summary>The usual help, then examples; the program's own help also says where settings and exit codes are told.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not give what the command requires.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // Descriptions are sentences: a pipe has no width, and a narrow one breaks them badly.
        inner.MaxWidth = Console.IsOutputRedirected ? 120 : Math.Max(80, Console.WindowWidth);
        var exitCode = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is DocumentedCommand documented ? documented.Examples : ProgramCommand.Examples;
        output.WriteLine("Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  {example.Line}");
            output.WriteLine($"      {example.Purpose}");
        }
        if (command is ProgramCommand)
        {
            output.WriteLine();
            output.WriteLine("Settings:");
            output.WriteLine("  archive, model, workers, chunkDuration, resize, hwaccel and stallTimeout may also stand in the environment");
            output.WriteLine("  (CLUSTERSEARCH_ARCHIVE, CLUSTERSEARCH_CHUNK_DURATION, …) or in clustersearch.json in the working");
            output.WriteLine("  directory ($CLUSTERSEARCH_CONFIG names another file). An option comes first, then the environment.");
            output.WriteLine();
            output.WriteLine("Exit codes:");
            output.WriteLine("  0 done   1 some footage failed, a model was refused, verify found problems   2 usage");
            output.WriteLine("  3 archive, model or machine   130 interrupted");
        }
        return exitCode;
    }
}
