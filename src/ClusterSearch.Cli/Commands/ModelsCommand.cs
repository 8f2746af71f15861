namespace ClusterSearch.Cli.Commands;

/// <summary>`models`: the image-text models of this machine and of the archive.</summary>
internal sealed class ModelsCommand : DocumentedCommand
{
    public ModelsCommand(Surroundings surroundings)
        : base("models", "List models, fetch one, check one; make the archive use another one, or drop what it no longer uses.",
            new("clustersearch models list", "The archive's encodings, the models of this machine, and those that can be fetched."),
            new("clustersearch models pull clip-vit-base-patch32", "Fetch one of the pinned list."),
            new("clustersearch models check ~/models/siglip-base", "Whether a model directory can be used, and how fast it is here."))
    {
        Add(new ModelsListCommand(surroundings));
        Add(new ModelsCheckCommand(surroundings));
        Add(new ModelsPullCommand(surroundings));
        Add(new ModelsUseCommand(surroundings));
        Add(new ModelsDropCommand(surroundings));
    }
}
