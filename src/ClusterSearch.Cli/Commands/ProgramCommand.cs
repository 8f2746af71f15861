using System.CommandLine;
using System.CommandLine.Help;

namespace ClusterSearch.Cli.Commands;

/// <summary>The root: every command, and the options that all of them take.</summary>
internal sealed class ProgramCommand : RootCommand
{
    public ProgramCommand(Surroundings surroundings)
        : base("Searches footage by meaning: type a sentence, give a picture or point at a moment, and get back playable moments.")
    {
        Add(GlobalOptions.Archive);
        Add(GlobalOptions.Catalog);
        Add(GlobalOptions.Vectors);
        Add(GlobalOptions.Gateway);
        Add(GlobalOptions.Key);
        Add(GlobalOptions.Json);
        Add(new IngestCommand(surroundings));
        Add(new WatchCommand(surroundings));
        Add(new SearchCommand(surroundings));
        Add(new ServeCommand(surroundings));
        Add(new KeysCommand(surroundings));
        Add(new StatusCommand(surroundings));
        Add(new WorkCommand(surroundings));
        Add(new ClusterCommand(surroundings));
        Add(new PauseCommand(surroundings));
        Add(new ResumeCommand(surroundings));
        Add(new VideosCommand(surroundings));
        Add(new ModelsCommand(surroundings));
        Add(new ExportCommand(surroundings));
        Add(new ReindexCommand(surroundings));
        Add(new VerifyCommand(surroundings));
        Add(new BackupCommand(surroundings));
        Add(new RestoreCommand(surroundings));
        Add(new EvaluateCommand(surroundings));
        Add(new DoctorCommand(surroundings));
        foreach (var help in Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    public static IReadOnlyList<Example> Examples { get; } =
    [
        new("clustersearch ingest ~/footage", "Take in a folder of footage; run it again to go on or to take in what is new."),
        new("clustersearch search \"a red car turns left\"", "Find moments by a sentence."),
        new("clustersearch search --image cat.jpg --json", "Find moments by a picture, as JSON for a program."),
        new("clustersearch search \"a red car\" --gateway http://archive:8420", "Ask an archive that another machine serves."),
        new("clustersearch doctor", "Check what this machine needs."),
    ];
}
