using System.CommandLine;

namespace ClusterSearch.Cli.Commands;

/// <summary>One way of using a command, shown by its help.</summary>
/// <param name="Line">What to type.</param>
/// <param name="Purpose">What it is for.</param>
internal sealed record Example(string Line, string Purpose);

/// <summary>A command whose help shows examples.</summary>
internal abstract class DocumentedCommand(string name, string description, params Example[] examples) : Command(name, description)
{
    public IReadOnlyList<Example> Examples { get; } = examples;

    /// <summary>An option with one value.</summary>
    protected Option<string?> Value(string name, string valueName, string description) => this.AddValue(name, valueName, description);

    /// <summary>An option that may be given several times.</summary>
    protected Option<string[]> Values(string name, string valueName, string description) => this.AddValues(name, valueName, description);

    protected Option<bool> Flag(string name, string description) => this.AddFlag(name, description);

    protected Argument<T> Positional<T>(string name, ArgumentArity arity, string description)
    {
        var argument = new Argument<T>(name) { Description = description, Arity = arity };
        Add(argument);
        return argument;
    }
}
