using System.Globalization;
using Spectre.Console;

namespace ClusterSearch.Cli.Presentation;

/// <summary>
/// Standard output and standard error. Colours and bars go only to a terminal, and only where NO_COLOR is not set; anything
/// else gets plain text without escape codes. Spectre is touched on first use: a command with --json never pays for it.
/// </summary>
internal sealed class Terminal
{
    /// <summary>For a pipe or a file: wide enough that a table's rows stay whole.</summary>
    private const int PlainWidth = 200;

    private readonly Lazy<IAnsiConsole> _console;
    private readonly Lazy<IAnsiConsole> _errorConsole;

    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, Func<string, string?> variable)
    {
        Out = output;
        Error = error;
        var colours = string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";
        IsRich = outputIsTerminal && colours;
        IsErrorRich = errorIsTerminal && colours;
        IsErrorTerminal = errorIsTerminal;
        _console = new(() => Create(output, IsRich, outputIsTerminal, variable));
        _errorConsole = new(() => Create(error, IsErrorRich, errorIsTerminal, variable));
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Whether standard output takes escape codes.</summary>
    public bool IsRich { get; }

    public bool IsErrorRich { get; }

    public bool IsErrorTerminal { get; }

    public IAnsiConsole Console => _console.Value;

    public IAnsiConsole ErrorConsole => _errorConsole.Value;

    /// <summary>Of the process.</summary>
    public static Terminal OfProcess()
    {
        var utf8 = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(System.Console.OpenStandardOutput(), utf8, bufferSize: 4096) { AutoFlush = false };
        var error = TextWriter.Synchronized(new StreamWriter(System.Console.OpenStandardError(), utf8) { AutoFlush = true });
        return new Terminal(output, error, !System.Console.IsOutputRedirected, !System.Console.IsErrorRedirected, Environment.GetEnvironmentVariable);
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRich, bool isTerminal, Func<string, string?> variable)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isRich ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isRich ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isRich ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (int.TryParse(variable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
            console.Profile.Width = columns;
        else if (!isTerminal)
            console.Profile.Width = PlainWidth;
        else if (System.Console.WindowWidth is > 0 and var width)
            console.Profile.Width = width;
        return console;
    }
}
