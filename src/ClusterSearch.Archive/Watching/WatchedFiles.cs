using ClusterSearch.Archive.Footage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// The files below the watched directories. Reading the directories again is the truth; a hint only makes one path be looked
/// at sooner. A file counts as gone when two scans in a row miss it and no directory above it is away.
/// </summary>
internal sealed class WatchedFiles(ICatalog catalog, PlaceBook places, string encodingId, IReadOnlyList<string> roots, IWatchObserver observer, TimeProvider time)
{
    private const int ScansUntilGone = 2;

    private readonly Dictionary<string, WatchedFile> _files = new(StringComparer.Ordinal);
    private readonly AwayDirectories _away = new(roots);
    private HashSet<string>? _knownPlaces;
    private int _scan;

    public IReadOnlyCollection<WatchedFile> All => _files.Values;

    /// <summary>Reads all directories.</summary>
    /// <returns>Files that are gone, already taken off the list.</returns>
    public async Task<IReadOnlyList<WatchedFile>> ScanAsync(ChangeHints hints, CancellationToken cancellation)
    {
        _scan++;
        if (_knownPlaces is null) await AddKnownAsync(cancellation);
        var unreadable = new List<string>();
        var found = FootageDiscovery.Find([.. roots.Where(Directory.Exists)], (directory, _) => unreadable.Add(directory), cancellation);
        foreach (var file in found) await LookAsync(file.Path, file.NamedDirectory!, cancellation);
        var (gone, back) = _away.Update(unreadable, root => _files.Values.Any(file => file.Root == root));
        foreach (var directory in gone)
        {
            hints.Forget(directory);
            observer.Happened(new WatchEvent(WatchEventKind.Away, directory, "not there, or not readable: what was taken in from it stays, and it is looked for again"));
        }
        foreach (var directory in back) observer.Happened(new WatchEvent(WatchEventKind.Back, directory));
        foreach (var root in roots.Where(Directory.Exists)) hints.Listen(root);
        return TakeMissing();
    }

    /// <summary>Looks at one path, for a hint.</summary>
    /// <returns>False when only a scan can tell what it means: a directory, or a file that is gone.</returns>
    public async Task<bool> LookAsync(string path, CancellationToken cancellation)
    {
        if (_files.TryGetValue(path, out var known)) return known.Look(time.GetTimestamp());
        if (Directory.Exists(path)) return false;
        var root = roots.Where(root => path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)).MaxBy(root => root.Length);
        if (root is null || !File.Exists(path) || !FootageDiscovery.IsFootage(path, root)) return true;
        await LookAsync(path, root, cancellation);
        return true;
    }

    private async Task LookAsync(string path, string root, CancellationToken cancellation)
    {
        var now = time.GetTimestamp();
        var isNew = !_files.TryGetValue(path, out var file);
        file ??= new WatchedFile(path, root) { DueAt = now };
        if (!file.Look(now)) return;
        (file.Scan, file.MissedScans) = (_scan, 0);
        if (!isNew) return;
        _files.Add(path, file);
        await RecallAsync(file, cancellation);
    }

    /// <summary>What the catalogue knows of a file that is new here.</summary>
    private async Task RecallAsync(WatchedFile file, CancellationToken cancellation)
    {
        if (_scan == 1 && !_knownPlaces!.Contains(file.Path)) return;
        if (places.Find(file.Path) is not { } place || await catalog.FindPlaceAsync(place, cancellation) is not { } known) return;
        if (await catalog.FindVideoAsync(known.Video, cancellation) is { IsGrowing: true }) file.WasFollowed = true;
        else if (known.FileBytes == file.Bytes && known.ModifiedAtUnixNanoseconds == file.ModifiedAtUnixNanoseconds
            && await catalog.FindPlanAsync(known.Video, encodingId, cancellation) is not null) file.State = WatchedState.Done;
    }

    /// <summary>Places below the directories, so that files that went while nobody watched are missed.</summary>
    private async Task AddKnownAsync(CancellationToken cancellation)
    {
        _knownPlaces = new HashSet<string>(StringComparer.Ordinal);
        foreach (var video in await catalog.ListVideosAsync(cancellation))
        {
            foreach (var path in video.Places.Select(places.PathOf).OfType<string>())
            {
                var root = roots.FirstOrDefault(root => path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal));
                if (root is null) continue;
                _knownPlaces.Add(path);
                if (!File.Exists(path)) _files.TryAdd(path, new WatchedFile(path, root) { State = WatchedState.Done });
            }
        }
    }

    private List<WatchedFile> TakeMissing()
    {
        var gone = _files.Values.Where(file => file.Scan != _scan && !_away.Covers(file.Path) && ++file.MissedScans >= ScansUntilGone).ToList();
        foreach (var file in gone) _files.Remove(file.Path);
        return gone;
    }
}
