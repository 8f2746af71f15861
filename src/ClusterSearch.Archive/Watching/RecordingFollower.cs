using ClusterSearch.Core;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Which files are followed while they grow, and when each is looked at: its size every moment, its footage when the next chunk's
/// should be there, its end when it has not grown for a while.
/// </summary>
internal sealed class RecordingFollower(GrowingContext context, WatchRequest request, IWatchObserver observer)
{
    // So often a recording's size is read; it is probed when it is due.
    private readonly TimeSpan _look = TimeSpan.FromSeconds(Math.Clamp(request.GrowingChunkDuration.TotalSeconds / 10, 0.5, 2));

    /// <summary>Recordings that came to their end.</summary>
    public int Closed { get; private set; }

    private long Now => context.Ports.Time.GetTimestamp();

    /// <summary>Begins to follow a file that has been growing for long enough, or that an earlier watch followed.</summary>
    /// <returns>Whether it is followed now.</returns>
    public async Task<bool> TryFollowAsync(WatchedFile file, CancellationToken cancellation)
    {
        if (!AppendableContainer.MayBe(file.Path)) return false;
        var hasGrownLong = !request.Once && file.HasChanged && context.Ports.Time.GetElapsedTime(file.SeenAt) >= request.GrowingChunkDuration
            && context.Ports.Time.GetElapsedTime(file.ChangedAt) < request.Settle && context.Ports.Time.GetElapsedTime(file.TriedToFollowAt) >= request.GrowingChunkDuration;
        if (!hasGrownLong && !file.WasFollowed) return false;
        file.TriedToFollowAt = Now;
        var wasFollowed = file.WasFollowed;
        file.WasFollowed = false;
        if (await GrowingRecording.TryBeginAsync(context, file.Discovered, cancellation) is not { } recording) return false;
        // Followed before under this very id, or it is another file now, and is registered as one.
        if (wasFollowed && !recording.IsPlanned) return false;
        (file.State, file.Recording) = (WatchedState.Growing, recording);
        observer.Happened(new WatchEvent(WatchEventKind.Following, file.Path));
        return true;
    }

    /// <summary>Looks at recordings that are due.</summary>
    public async Task GrowAsync(IReadOnlyCollection<WatchedFile> files, CancellationToken cancellation)
    {
        foreach (var file in files.Where(file => file.State == WatchedState.Growing && file.DueAt <= Now).ToList())
        {
            file.DueAt = Now + context.Ports.Time.Ticks(_look);
            // Gone: the next scan says so.
            if (!file.Look(Now)) continue;
            try
            {
                var recording = file.Recording!;
                if (context.Ports.Time.GetElapsedTime(file.ChangedAt) >= request.SettleGrowing) await CloseAsync(file, recording, cancellation);
                else if (file.ChangedAt > recording.LookedAt && recording.DueIn(context.Ports.Time) <= TimeSpan.Zero && !await recording.ExtendAsync(cancellation)) await ReplacedAsync(file, recording, cancellation);
            }
            catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
            {
                file.Say(fault, observer);
                file.DueAt = Now + context.Ports.Time.Ticks(request.Settle);
            }
        }
    }

    private async Task CloseAsync(WatchedFile file, GrowingRecording recording, CancellationToken cancellation)
    {
        if (!recording.IsPlanned && (!await recording.ExtendAsync(cancellation) || !recording.IsPlanned))
        {
            // Not a chunk long: a file like any other.
            file.Settle(Now);
            return;
        }
        switch (await recording.CloseAsync(cancellation))
        {
            case ClosingState.Closed:
                Closed++;
                (file.State, file.Recording) = (WatchedState.Done, null);
                observer.Happened(new WatchEvent(WatchEventKind.Closed, file.Path));
                break;
            case ClosingState.Replaced:
                await ReplacedAsync(file, recording, cancellation);
                break;
        }
    }

    private async Task ReplacedAsync(WatchedFile file, GrowingRecording recording, CancellationToken cancellation)
    {
        if (recording.IsPlanned) await recording.RemoveAsync(cancellation);
        file.Settle(Now);
    }
}
