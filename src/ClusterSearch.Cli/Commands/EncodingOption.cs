namespace ClusterSearch.Cli.Commands;

/// <summary>How an encoding is named on the command line.</summary>
internal static class EncodingOption
{
    public const string Name = "--encoding";

    public const string What = "An encoding's id, the first four or more digits of one, or its model's name; `clustersearch models list` shows them.";

    public const string Description = What + " Default: the one that searches use.";

    /// <summary>A model's directory stands for its name.</summary>
    public static string Normalize(string text) => text.Contains('/', StringComparison.Ordinal) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(text)) : text;
}
