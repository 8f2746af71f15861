using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Index.Segments;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Index;

/// <summary>
/// Merges segments of one encoding behind the writers' backs.
/// <para>
/// Normal operation: woken by each write, it merges what <see cref="Compaction"/> names until nothing is left. A merged segment is
/// written beside what is current, while others append and read; only naming it takes a writer's turn, for as long as a manifest takes.
/// </para>
/// <para>
/// Fault (disk full, register away, role lost): the merge is given up, its file goes, the next write wakes it again.
/// Damaged segment: left as it is, and said. Crash: as for any write, see <see cref="IndexWriter"/>. End: a merge that
/// is not being named yet is given up too.
/// </para>
/// </summary>
internal sealed class IndexCompactor(
    IndexWriter writer, CurrentIndex current, EmbeddedIndexOptions options, Func<RoleLease?> role, Func<Func<Task>, Task> inTurn, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private bool _isWoken;

    /// <summary>After a write.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _isWoken = true;
            if (_ending.IsCancellationRequested || _isRunning) return;
            _isRunning = true;
            _running = Task.Run(RunAsync);
        }
    }

    /// <summary>Ends when nothing is left to merge, or a fault has put it off.</summary>
    public async Task SettleAsync()
    {
        while (true)
        {
            Task running;
            lock (_lock)
            {
                if (!_isRunning) return;
                running = _running;
            }
            await running;
        }
    }

    /// <summary>Ends the work; a merge that is not being named yet is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ending.IsCancellationRequested) await _ending.CancelAsync();
        Task running;
        lock (_lock)
        {
            _isWoken = false;
            running = _running;
        }
        await running;
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                // Under the lock under which it is woken: whoever wakes it later starts it again.
                _isRunning = _isWoken && !_ending.IsCancellationRequested;
                if (!_isRunning) return;
                _isWoken = false;
            }
            try
            {
                while (!_ending.IsCancellationRequested && await MergeOneAsync())
                {
                }
            }
            catch (ClusterSearchException fault)
            {
                logger.LogInformation("a merge of the index was put off: {Fault}", fault.Message);
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException)
            {
                logger.LogInformation("a merge of the index was put off: {Fault}", fault.Message);
            }
        }
    }

    /// <returns>False when nothing is left to merge.</returns>
    private async Task<bool> MergeOneAsync()
    {
        var heldRole = role();
        var state = await current.LeaseAsync(_ending.Token);
        try
        {
            if (Compaction.Next(state.View, options, segment => _damaged.Contains(NameOf(state, segment))) is not { } range) return false;
            var (first, end) = (range.Start.Value, range.End.Value);
            for (var i = first; i < end; i++)
            {
                if (IsLiveWhole(state.View, i)) continue;
                logger.LogWarning("{Segment}: what is damaged in it is not merged; run `clustersearch verify --repair`", state.View.Segments[i].Path);
                _damaged.Add(NameOf(state, i));
                return true;
            }
            IReadOnlyList<string> merged = [.. state.Manifest.Segments.Skip(first).Take(end - first)];
            var name = await writer.WriteMergedAsync(state, first, end);
            await inTurn(() => writer.ReplaceAsync(merged, name, heldRole, _ending.Token));
            return true;
        }
        finally
        {
            state.View.Release();
        }
    }

    private static string NameOf(IndexState state, int segment) => state.Manifest.Segments[segment];

    /// <summary>What is copied gets new checksums: it must be whole.</summary>
    private static bool IsLiveWhole(IndexView view, int index)
    {
        var segment = view.Segments[index];
        segment.ExpectAll();
        foreach (var video in segment.Videos.Ids)
        {
            foreach (var run in (view.Find(video)?.Runs ?? []).Where(run => run.Segment == index))
            {
                if (!segment.AreUnitsWhole(run.First, run.End - run.First)) return false;
                var (firstPiece, endPiece) = (segment.PieceAt(run.First), segment.PieceAt(run.End));
                if (!segment.ArePiecesWhole(firstPiece, endPiece - firstPiece)
                    || !segment.AreSamplesWhole(segment.Units[run.First].SampleOffset, (int)segment.SamplesIn(run.First, run.End))) return false;
            }
        }
        return true;
    }
}
