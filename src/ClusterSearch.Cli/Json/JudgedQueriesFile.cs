using System.Text.Json;
using ClusterSearch.Archive;

namespace ClusterSearch.Cli.Json;

/// <summary>Reads judged queries: {queries:[{text|image, relevant:[{video, start, end}]}]}. A picture's path counts from the file.</summary>
internal static class JudgedQueriesFile
{
    /// <exception cref="UsageException">Missing, not JSON, or not of this shape; names every fault of shape.</exception>
    public static JudgedQueries Read(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"{path}: there is no such file");
        JudgedFile? file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), DocumentContext.Default.JudgedFile);
        }
        catch (JsonException fault)
        {
            throw new UsageException($"{path}: expected {{queries:[{{text|image, relevant:[{{video, start, end}}]}}]}}, line {fault.LineNumber + 1} is not that");
        }
        if (file?.Queries is not { Count: > 0 }) throw new UsageException($"{path}: holds no queries");
        var faults = file.Queries.SelectMany(Faults).ToList();
        if (faults.Count > 0) throw new UsageException($"{path}: {string.Join("; ", faults)}");
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new JudgedQueries([.. file.Queries.Select(q => new JudgedQuery(
            q.Text, q.Image is null ? null : Path.GetFullPath(q.Image, directory),
            [.. q.Relevant!.Select(r => new JudgedMoment(r.Video!, r.Start!.Value, r.End!.Value))]))]);
    }

    private static IEnumerable<string> Faults(JudgedFileQuery query, int index)
    {
        var place = $"query {index + 1}";
        if (query.Text is null == query.Image is null) yield return $"{place} needs either a text or an image";
        if (query.Relevant is null) yield return $"{place} has no list 'relevant'";
        foreach (var (moment, number) in (query.Relevant ?? []).Select((m, i) => (m, i + 1)))
            if (moment.Video is null || moment.Start is null || moment.End is null || !(moment.End > moment.Start))
                yield return $"{place}, relevant {number} needs video, start and a later end";
    }
}

internal sealed record JudgedFile(IReadOnlyList<JudgedFileQuery>? Queries);

internal sealed record JudgedFileQuery(string? Text, string? Image, IReadOnlyList<JudgedFileMoment>? Relevant);

internal sealed record JudgedFileMoment(string? Video, double? Start, double? End);
