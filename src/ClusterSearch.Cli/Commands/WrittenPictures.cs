using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Commands;

/// <summary>Clips and the contact sheet that a search wrote. A moment that cannot be cut fails alone.</summary>
internal sealed class WrittenPictures
{
    private readonly Dictionary<int, string> _clipsByRank = [];

    public string? Sheet { get; private set; }

    public int Failures { get; private set; }

    public static async Task<WrittenPictures> WriteAsync(
        ISearch search, IReadOnlyList<Moment> moments, string? clipDirectory, string? sheet, Terminal terminal, CancellationToken cancellation)
    {
        var written = new WrittenPictures();
        if (sheet is not null) await written.WriteSheetAsync(search, moments, sheet, terminal, cancellation);
        if (clipDirectory is not null) await written.WriteClipsAsync(search, moments, clipDirectory, terminal, cancellation);
        return written;
    }

    /// <summary>"03-garden-walk-8.000-15.000.mp4": ranks have as many digits as the last one, so that names sort by rank.</summary>
    public static string ClipName(Moment moment, int lastRank)
    {
        var stem = string.Concat(Path.GetFileNameWithoutExtension(moment.FileName)
            .Select(c => char.IsControl(c) || Path.GetInvalidFileNameChars().Contains(c) ? '_' : c));
        var rank = moment.Rank.ToString(CultureInfo.InvariantCulture).PadLeft(lastRank.ToString(CultureInfo.InvariantCulture).Length, '0');
        return Wording.Format($"{rank}-{stem}-{moment.Start:0.000}-{moment.End:0.000}.mp4");
    }

    public string? ClipOf(Moment moment) => _clipsByRank.GetValueOrDefault(moment.Rank);

    public void Show(Terminal terminal)
    {
        if (Sheet is not null) terminal.Out.WriteLine($"Contact sheet: {Wording.Safe(Sheet)}");
        if (_clipsByRank.Count > 0)
            terminal.Out.WriteLine($"{Wording.Count(_clipsByRank.Count, "clip")} in {Wording.Safe(Path.GetDirectoryName(_clipsByRank.Values.First())!)}");
    }

    private async Task WriteSheetAsync(ISearch search, IReadOnlyList<Moment> moments, string sheet, Terminal terminal, CancellationToken cancellation)
    {
        if (moments.Count == 0)
        {
            terminal.Error.WriteLine("no contact sheet: there is no moment to show");
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(sheet)!);
        Sheet = await TryAsync(() => search.WriteContactSheetAsync(moments, sheet, cancellation), sheet, terminal) ? sheet : null;
    }

    private async Task WriteClipsAsync(ISearch search, IReadOnlyList<Moment> moments, string directory, Terminal terminal, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        var lastRank = moments.Count == 0 ? 1 : moments.Max(m => m.Rank);
        foreach (var moment in moments)
        {
            var path = Path.Combine(directory, ClipName(moment, lastRank));
            if (await TryAsync(() => search.WriteClipAsync(moment.Video, moment.Start, moment.End, path, streamCopy: false, cancellation), path, terminal))
                _clipsByRank[moment.Rank] = path;
        }
    }

    private async Task<bool> TryAsync(Func<Task> write, string path, Terminal terminal)
    {
        try
        {
            await write();
            return true;
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal) || fault.Code == ErrorCodes.VideoNotFound)
        {
            terminal.Error.WriteLine(Wording.Fault(new FileFailure(path, fault.Code, fault.Message)));
            Failures++;
            return false;
        }
    }
}
