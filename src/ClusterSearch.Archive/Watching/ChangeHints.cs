namespace ClusterSearch.Archive.Watching;

/// <summary>
/// What the operating system tells of changes below directories. Hints only: they may be late, doubled or lost, and network
/// file systems give none; reading the directories again is the truth.
/// </summary>
internal sealed class ChangeHints : IDisposable
{
    /// <summary>More than this, and reading everything again is as cheap.</summary>
    private const int MostPaths = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private bool _isOverflown;

    /// <summary>Begins to listen below a directory. One that cannot be listened to is only read again from time to time.</summary>
    public void Listen(string directory)
    {
        if (_watchers.ContainsKey(directory)) return;
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(directory)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite,
            };
            watcher.Created += (_, change) => Add(change.FullPath);
            watcher.Changed += (_, change) => Add(change.FullPath);
            watcher.Deleted += (_, change) => Add(change.FullPath);
            watcher.Renamed += (_, change) =>
            {
                Add(change.OldFullPath);
                Add(change.FullPath);
            };
            watcher.Error += (_, _) => Overflow();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(directory, watcher);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or no more watches are to be had.
            watcher?.Dispose();
        }
    }

    /// <summary>Stops listening below a directory that is gone.</summary>
    public void Forget(string directory)
    {
        if (_watchers.Remove(directory, out var watcher)) watcher.Dispose();
    }

    /// <summary>Paths that changed since the last call; null: too many, read everything.</summary>
    public IReadOnlyCollection<string>? Take()
    {
        lock (_lock)
        {
            IReadOnlyCollection<string>? paths = _isOverflown ? null : [.. _paths];
            _paths.Clear();
            _isOverflown = false;
            return paths;
        }
    }

    /// <summary>Waits for a hint, at most so long.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellation) => _arrived.WaitAsync(longest, cancellation);

    /// <summary>Ends a wait.</summary>
    public void Nudge()
    {
        lock (_lock)
        {
            if (_arrived.CurrentCount == 0) _arrived.Release();
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers.Values) watcher.Dispose();
        _arrived.Dispose();
    }

    private void Add(string path)
    {
        lock (_lock)
        {
            if (_paths.Count >= MostPaths) _isOverflown = true;
            else _paths.Add(path);
        }
        Nudge();
    }

    private void Overflow()
    {
        lock (_lock) _isOverflown = true;
        Nudge();
    }
}
