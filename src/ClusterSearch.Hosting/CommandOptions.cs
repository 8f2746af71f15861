using System.CommandLine;

namespace ClusterSearch.Hosting;

/// <summary>The kinds of options that commands of every host have. Each is added to the command that it is asked of.</summary>
public static class CommandOptions
{
    /// <summary>An option with one value.</summary>
    public static Option<string?> AddValue(this Command command, string name, string valueName, string description) => Added(command, new Option<string?>(name)
    {
        Description = description,
        HelpName = valueName,
    });

    /// <summary>An option that may be given several times, each time with one value.</summary>
    public static Option<string[]> AddValues(this Command command, string name, string valueName, string description) => Added(command, new Option<string[]>(name)
    {
        Description = description,
        HelpName = valueName,
        // How often it may stand.
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    });

    public static Option<bool> AddFlag(this Command command, string name, string description) => Added(command, new Option<bool>(name)
    {
        Description = description,
        Arity = ArgumentArity.Zero,
    });

    private static TOption Added<TOption>(Command command, TOption option)
        where TOption : Option
    {
        command.Add(option);
        return option;
    }
}
