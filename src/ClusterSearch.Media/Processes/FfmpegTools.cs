using System.Globalization;
using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Media.Probing;

namespace ClusterSearch.Media.Processes;

/// <summary>The two programs: where they are, what they can do, and the arguments that every run begins with.</summary>
internal sealed class FfmpegTools(MediaOptions options)
{
    private const long TextLimit = 16 << 20;

    private readonly Lock _gate = new();
    private Task<Description>? _description;
    private HashSet<string>? _filters;

    public MediaOptions Options { get; } = options;

    public ChildLimits Limits { get; } = new(options.StallTimeout, options.MemoryLimitBytes);

    /// <summary>Asks once for all callers; after a fault the next caller asks again.</summary>
    public Task<Description> DescribeAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_description is null or { IsFaulted: true }) _description = AskAsync();
            return _description.WaitAsync(cancellation);
        }
    }

    private async Task<Description> AskAsync()
    {
        var run = await ChildRun.ToEndAsync(Options.FfmpegPath, ["-version"], Limits, TextLimit, CancellationToken.None);
        var line = Encoding.UTF8.GetString(run.Output).Split('\n')[0].Trim();
        if (!run.Exit.Succeeded || !line.StartsWith("ffmpeg version ", StringComparison.Ordinal))
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"'{Options.FfmpegPath}' is no ffmpeg: '-version' answered '{line}' with {run.LimitHit ?? run.Exit.ToString()}; install ffmpeg 5 or later");
        var version = VersionOf(line);
        if (version.Major < 5)
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"ffmpeg 5 or later is needed, '{Options.FfmpegPath}' says '{line}'");
        return new Description(line, version);
    }

    public async Task<bool> HasFiltersAsync(string[] names, CancellationToken cancellation)
    {
        if (_filters is null)
        {
            var run = await ChildRun.ToEndAsync(Options.FfmpegPath, ["-hide_banner", "-filters"], Limits, TextLimit, cancellation);
            _filters = [.. Encoding.UTF8.GetString(run.Output).Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length > 2).Select(fields => fields[1])];
        }
        return names.All(_filters.Contains);
    }

    /// <summary>Hands frames on as they are, neither repeated nor dropped to a constant rate.</summary>
    public static string[] Passthrough(Description description) =>
        description.Version >= new Version(5, 1) ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];

    /// <summary>What every ffmpeg starts with.</summary>
    public static string[] Quiet { get; } = ["-hide_banner", "-nostdin", "-loglevel", "repeat+error"];

    /// <summary>The same for one whose filters speak too: every line says its level.</summary>
    public static string[] Levelled { get; } = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+level+info"];

    /// <summary>
    /// Options of an input that nobody vouches for: files only, and only formats that hold their own pictures (no playlists, no
    /// image sequences, nothing that names another file).
    /// </summary>
    public static string[] Guarded(string path) =>
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", ContainerFormats.Whitelist, "-i", "file:" + path];

    /// <summary>
    /// The same for what lies from a time on, and at most a little before it, in a file that ffmpeg would read from its beginning
    /// for it: the file's header and its clusters from there, as one input.
    /// </summary>
    /// <param name="seconds">On the container's clock; null for the whole file.</param>
    /// <returns>Options, and whether the input begins near the time.</returns>
    public static (string[] Arguments, bool BeginsThere) GuardedFrom(string path, double? seconds)
    {
        // The bar separates what is joined, and no name can escape it.
        if (seconds is not { } time || path.Contains('|', StringComparison.Ordinal) || UnindexedMatroska.Open(path) is not { } file) return (Guarded(path), false);
        var cluster = file.ClusterAt(time);
        if (cluster == file.HeaderBytes) return (Guarded(path), false);
        var input = string.Create(CultureInfo.InvariantCulture,
            $"concat:subfile,,start,0,end,{file.HeaderBytes},,:file:{path}|subfile,,start,{cluster},end,0,,:file:{path}");
        return (["-protocol_whitelist", "file,subfile,concat", "-format_whitelist", ContainerFormats.Whitelist, "-i", input], true);
    }

    /// <summary>"ffmpeg version 5.1.9-0+deb12u1 …", "n7.1 …"; a build from the development branch names none and is newer than any release.</summary>
    internal static Version VersionOf(string line)
    {
        var text = line["ffmpeg version ".Length..].TrimStart('n');
        var length = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        return Version.TryParse(text[..length], out var version) ? new Version(version.Major, version.Minor) : new Version(999, 0);
    }

    /// <param name="Line">First line of `ffmpeg -version`.</param>
    /// <param name="Version">Major and minor.</param>
    internal sealed record Description(string Line, Version Version);
}
