namespace ClusterSearch.Cli.Parsing;

/// <summary>A moment of an indexed video: VIDEO@TIME, where VIDEO is an id, a path or a unique file name.</summary>
internal readonly record struct MomentReference(string Video, double Seconds)
{
    /// <exception cref="UsageException">It is none.</exception>
    public static MomentReference Parse(string text, string option)
    {
        // The last @ decides: a file name may hold others.
        var at = text.LastIndexOf('@');
        if (at <= 0 || !TimeSyntax.TryParse(text[(at + 1)..], out var seconds))
            throw new UsageException($"{option}: expected VIDEO@TIME with a time as {TimeSyntax.Expected}, found '{text}'");
        return new MomentReference(text[..at], seconds);
    }
}
