using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Parsing;

namespace ClusterSearch.Cli.Commands;

/// <summary>The parts of a query, as `search` and `export query` take them.</summary>
internal sealed record QueryOptions(
    Argument<string[]> Text, Option<string[]> Images, Option<string[]> Like, Option<string[]> Not, Option<string[]> Weights)
{
    /// <exception cref="UsageException">Nothing is asked for, or a value is none.</exception>
    public async Task<IReadOnlyList<QueryPart>> ReadAsync(ParseResult parse, ISearch search, Surroundings surroundings, CancellationToken cancellation)
    {
        var text = string.Join(' ', parse.GetValue(Text) ?? []).Trim();
        var images = parse.GetValue(Images) ?? [];
        var likes = (parse.GetValue(Like) ?? []).Select(l => MomentReference.Parse(l, Like.Name)).ToList();
        var nots = parse.GetValue(Not) ?? [];
        if (text.Length == 0 && images.Length == 0 && likes.Count == 0)
            throw new UsageException(nots.Length > 0
                ? "--not alone finds nothing: say also what to look for, by a text, --image or --like"
                : "nothing to look for: give a text, --image FILE or --like VIDEO@TIME");
        if (nots.Any(string.IsNullOrWhiteSpace)) throw new UsageException("--not: expected a text, found nothing");
        var weights = PartWeights.Parse(parse.GetValue(Weights) ?? [], kind => kind switch
        {
            "text" => text.Length > 0 ? 1 : 0,
            "image" => images.Length,
            "like" => likes.Count,
            _ => nots.Length,
        });

        var parts = new List<QueryPart>();
        if (text.Length > 0) parts.Add(new TextPart(text, weights.Of("text", 1)));
        foreach (var (image, index) in images.Select((image, index) => (image, index)))
        {
            var path = Path.GetFullPath(image, surroundings.WorkingDirectory);
            if (!File.Exists(path)) throw new UsageException($"{Images.Name}: there is no file {path}");
            parts.Add(new ImagePart(path, weights.Of("image", index + 1)));
        }
        foreach (var (like, index) in likes.Select((like, index) => (like, index)))
            parts.Add(new MomentPart(await search.ResolveVideoAsync(like.Video, cancellation), like.Seconds, weights.Of("like", index + 1)));
        foreach (var (not, index) in nots.Select((not, index) => (not, index)))
            parts.Add(new TextPart(not.Trim(), weights.Of("not", index + 1), IsNegative: true));
        return parts;
    }
}
