using System.CommandLine;
using ClusterSearch.Cli.Hosting;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`status`: what the archive holds and what is missing.</summary>
internal sealed class StatusCommand(Surroundings surroundings) : ArchiveCommand(surroundings, "status",
    "Say what the archive holds, how far it is, and what failed and why.",
    new("clustersearch status", "The archive in ./archive."),
    new("clustersearch status --archive /srv/footage-archive --json", "Another archive, as JSON."))
{
    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        var status = await archive.Ingestion.StatusAsync(cancellation);
        Present(parse, StatusDocument.From(status), DocumentContext.Readable.StatusDocument, Show);
        return ExitCodes.Done;
    }

    private void Show(StatusDocument d)
    {
        var (v, c) = (d.Videos, d.Chunks);
        var withoutPlan = v.WithoutPlan > 0 ? $", {v.WithoutPlan} not yet planned" : "";
        Terminal.Out.WriteLine($"Videos    {v.Total}: {v.Searchable} searchable, {v.Partial} partly, {v.Ingesting} ingesting, {v.Failed} failed{withoutPlan}");
        Terminal.Out.WriteLine($"Footage   {Wording.Footage(d.Hours * 3600)}, {Wording.Count(d.Samples, "sample")} searchable, {Wording.Format($"{d.MissingSamples:#,0}")} missing");
        Terminal.Out.WriteLine($"Chunks    {c.Indexed} indexed, {c.Embedded} embedded, {c.Leased} in work, {c.Pending} pending, {c.Quarantined} quarantined");
        Terminal.Out.WriteLine(d.Encoding is { } e
            ? $"Encoding  {e.Id}: {Wording.Safe(e.Model)}, {e.Dimension} dimensions, sampling {e.Sampling}, resize {e.Resize.ToLowerInvariant()}"
            : "Encoding  none yet");
        foreach (var other in d.Encodings.Where(other => !other.Active))
            Terminal.Out.WriteLine($"Beside    {other.Id}: {Wording.Safe(other.Model)}, {other.Dimension} dimensions, sampling {other.Sampling}, resize {other.Resize}: "
                + $"{other.CompleteVideos} of {Wording.Count(other.TotalVideos, "video")}, {Wording.Count(other.Samples, "sample")}");
        foreach (var failure in d.Failures) Terminal.Out.WriteLine($"Failed    {Wording.Fault(failure.Path, failure.Code, failure.Message)}");
    }
}
