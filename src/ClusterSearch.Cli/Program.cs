using ClusterSearch.Cli;
using ClusterSearch.Cli.Presentation;

var terminal = Terminal.OfProcess();
using var interruption = new Interruption(terminal.Error, terminal.IsErrorTerminal);
return await new CommandLineProgram(new Surroundings
{
    Archives = new ArchiveOpener(new Settings(Environment.GetEnvironmentVariable, Environment.CurrentDirectory)),
    Terminal = terminal,
    Variable = Environment.GetEnvironmentVariable,
    WorkingDirectory = Environment.CurrentDirectory,
    Models = ModelDirectories.OfThisProgram(),
}).RunAsync(args, interruption.Token);
