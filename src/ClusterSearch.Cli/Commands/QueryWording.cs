using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>A query in words.</summary>
internal static class QueryWording
{
    /// <summary>The text alone where nothing else is asked: "a cat". Else every part: "a cat + image cat.jpg - snow (0.5)".</summary>
    public static string OneLine(IReadOnlyList<QueryPart> parts)
    {
        if (parts is [TextPart { IsNegative: false } only]) return only.Text;
        var line = "";
        foreach (var part in parts)
        {
            var joint = line.Length == 0 ? part.IsNegative ? "- " : "" : part.IsNegative ? " - " : " + ";
            var kind = part is TextPart ? "" : $"{Kind(part)} ";
            var value = part is ImagePart image ? Path.GetFileName(image.Path) : Value(part);
            var weight = Math.Abs(part.Weight - 1) < 1e-12 ? "" : Wording.Format($" ({part.Weight:0.###})");
            line += $"{joint}{kind}{value}{weight}";
        }
        return line;
    }

    public static string Kind(QueryPart part) => part switch
    {
        TextPart => "text",
        ImagePart => "image",
        _ => "like",
    };

    public static string Value(QueryPart part) => part switch
    {
        TextPart text => text.Text,
        ImagePart image => image.Path,
        MomentPart moment => Wording.Format($"{moment.Video}@{moment.Seconds:0.###}"),
        _ => part.ToString(),
    };
}
