using System.CommandLine;
using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Hosting.Parsing;

namespace ClusterSearch.Hosting;

/// <summary>How a worker works, whichever host it runs in.</summary>
/// <param name="command">To which the options are added.</param>
public sealed class WorkOptions(Command command)
{
    private const int MaximumSlots = 256;
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(1);

    private readonly Option<string[]> _roots = command.AddValues("--root", "NAME=DIR", "Where a root of the footage lies on this host; may stand several times. Default: 'roots' in clustersearch.json, else as registered.");
    private readonly Option<string?> _maximumLoad = command.AddValue("--max-load", "L", "Begin nothing while the load average of a minute, divided by the cores, is above this. Default: no limit.");
    private readonly Option<string?> _minimumFree = command.AddValue("--min-free", "SIZE", "Begin nothing while the archive's disk has less free, such as 500M or 2G. Default: 1G.");
    private readonly Option<string?> _order = command.AddValue("--order", "fair|earliest", "fair: all videos advance together; earliest: one after the other is finished. Default: fair.");
    private readonly Option<string?> _grace = command.AddValue("--grace", "D", "Time that chunks under way get to finish when the worker is stopped; then they are given back. Default: 30s.");
    private readonly Option<string?> _lease = command.AddValue("--lease", "D", "A chunk whose worker fell silent goes to another after this time. Default: 60s.");
    private readonly Option<string?> _retryDelay = command.AddValue("--retry-delay", "D", "How long a chunk that failed is left alone; six times as long after each next failure. Default: 5s.");
    private readonly Option<string?> _hardware = command.AddValue("--hwaccel", "NAME", "Decode with hardware, by ffmpeg's name: auto, cuda, vaapi, … Default: the processor.");
    private readonly Option<bool> _mixed = command.AddFlag("--allow-mixed-encoders", "Let a video be finished by another runtime or processor kind than it was begun with.");

    /// <param name="settings">May say what the command line does not ("hwaccel").</param>
    /// <returns>A request whose slots, roles and earlier crash are the caller's to set.</returns>
    /// <exception cref="UsageException">A value is none.</exception>
    public WorkRequest Read(ParseResult parse, Settings settings) => new()
    {
        Grace = Duration(parse, _grace, TimeSpan.FromSeconds(30), TimeSpan.Zero),
        MinimumFreeBytes = parse.GetValue(_minimumFree) is { } free ? ByteSyntax.Parse(free, _minimumFree.Name) : 1L << 30,
        MaximumLoad = parse.GetValue(_maximumLoad) is { } load ? ReadLoad(load) : null,
        Order = OrderSyntax.Parse(parse.GetValue(_order), _order.Name),
        LeaseDuration = Duration(parse, _lease, TimeSpan.FromSeconds(60), ShortestLease),
        Retries = new RetryPolicy(Duration(parse, _retryDelay, RetryPolicy.Default.First, TimeSpan.Zero)),
        HardwareAcceleration = parse.GetValue(_hardware) ?? settings.Find("hwaccel")?.Value,
        AllowMixedEncoders = parse.GetValue(_mixed),
    };

    /// <returns>Directories of this host by the names of roots, absolute.</returns>
    /// <exception cref="UsageException">One is not NAME=DIR.</exception>
    public IReadOnlyDictionary<string, string> ReadRoots(ParseResult parse, string workingDirectory)
    {
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in parse.GetValue(_roots) ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == text.Length - 1) throw new UsageException($"{_roots.Name}: expected NAME=DIR, found '{text}'");
            roots[text[..at]] = Path.GetFullPath(text[(at + 1)..], workingDirectory);
        }
        return roots;
    }

    /// <param name="text">Of an option that asks for a number of slots.</param>
    public static int ReadSlots(string text, string option) => Choice.Number(text, option, 1, MaximumSlots);

    private static TimeSpan Duration(ParseResult parse, Option<string?> option, TimeSpan otherwise, TimeSpan least)
    {
        if (parse.GetValue(option) is not { } text) return otherwise;
        var duration = TimeSpan.FromSeconds(TimeSyntax.Parse(text, option.Name));
        return duration >= least && duration <= TimeSpan.FromDays(1) ? duration
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: expected a time from {least.TotalSeconds:0.#} s to a day, found '{text}'"));
    }

    private double ReadLoad(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) && load > 0 ? load
            : throw new UsageException($"{_maximumLoad.Name}: expected a number above 0, such as 1.5, found '{text}'");
}
