using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Cli.Presentation;

/// <summary>Lines on standard error: what happens as it happens, and how things stand, at most every few seconds.</summary>
internal sealed class WatchDisplay(TextWriter error, TimeProvider clock) : IWatchObserver
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private string? _lastStatus;
    private long _statusAt;

    public void Happened(WatchEvent watchEvent) => Write(Describe(watchEvent));

    public void Report(WatchStatus status)
    {
        var line = Describe(status);
        lock (_lock)
        {
            if (line == _lastStatus || (_lastStatus is not null && clock.GetElapsedTime(_statusAt) < StatusInterval)) return;
            (_lastStatus, _statusAt) = (line, clock.GetTimestamp());
        }
        Write(line);
    }

    /// <summary>"12 files, 1 settling, 2 growing, 1 failed; 3,600 samples searchable, 4 chunks to do".</summary>
    internal static string Describe(WatchStatus s)
    {
        var left = s.Ledger.Chunks.GetValueOrDefault(ChunkState.Pending) + s.Ledger.Chunks.GetValueOrDefault(ChunkState.Leased) + s.Ledger.Chunks.GetValueOrDefault(ChunkState.Embedded);
        return $"{Wording.Count(s.Files, "file")}{Some(s.Settling, "settling")}{Some(s.Growing, "growing")}{Some(s.Failed, "failed")}; "
            + $"{Wording.Count(s.Ledger.Samples, "sample")} searchable{(left > 0 ? $", {Wording.Count(left, "chunk")} to do" : "")}";

        static string Some(int count, string what) => count > 0 ? $", {count} {what}" : "";
    }

    internal static string Describe(WatchEvent e)
    {
        var what = e.Kind switch
        {
            WatchEventKind.Registered => "new",
            WatchEventKind.Finished => "searchable",
            WatchEventKind.Failed => "failed",
            WatchEventKind.Following => "follows",
            WatchEventKind.Closed => "closed",
            WatchEventKind.Forgotten => "gone",
            WatchEventKind.Away => "away",
            WatchEventKind.Back => "back",
            _ => "waits",
        };
        var where = e.Message is not null && e.Message.StartsWith(e.Path, StringComparison.Ordinal) ? e.Message : e.Message is null ? e.Path : $"{e.Path}: {e.Message}";
        return $"{what,-10} {Wording.Safe(where)}{(e.Code is null ? "" : $" ({e.Code})")}";
    }

    private void Write(string line) =>
        error.WriteLine($"{clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {line}");
}
