using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Footage;

/// <summary>
/// Turns paths of this host into places and back. A root is registered for the directory that the user named; on another
/// host CLUSTERSEARCH_ROOT_NAME (upper case, other characters as _) says where it lies there (<see cref="RootVariables"/>).
/// </summary>
internal sealed class PlaceBook
{
    private readonly ICatalog _catalog;
    private readonly List<RootRecord> _roots;

    private PlaceBook(ICatalog catalog, List<RootRecord> roots)
    {
        _catalog = catalog;
        _roots = roots;
    }

    /// <exception cref="ClusterSearchException">request.invalid when one variable names several roots.</exception>
    public static async Task<PlaceBook> LoadAsync(ICatalog catalog, CancellationToken cancellation)
    {
        var roots = await catalog.ListRootsAsync(cancellation);
        foreach (var same in roots.Where(root => Variable(RootVariables.Exact(root.Name)) is null && Variable(RootVariables.Of(root.Name)) is not null)
                     .GroupBy(root => RootVariables.Of(root.Name), StringComparer.Ordinal).Where(same => same.Count() > 1))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"{same.Key} could mean any of the roots {string.Join(", ", same.Select(root => root.Name))}; say --root NAME=DIR, or 'roots' in clustersearch.json");
        return new(catalog, [.. roots.Select(Mapped)]);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Where a place lies on this host; null when its root is unknown.</summary>
    public string? PathOf(Place place) => _roots.Find(root => root.Name == place.Root) is { } root
        ? Path.Combine(root.Directory, place.RelativePath.Replace('/', Path.DirectorySeparatorChar))
        : null;

    /// <summary>The first place of a video that is there on this host; null when none is.</summary>
    public string? FindFile(VideoRecord video) =>
        video.Places.Select(PathOf).FirstOrDefault(path => path is not null && File.Exists(path));

    /// <summary>Directories of a video's places, none of which is there on this host; none when one is.</summary>
    public IReadOnlyList<RootRecord> RootsAway(VideoRecord video)
    {
        var roots = _roots.Where(root => video.Places.Any(place => place.Root == root.Name)).ToList();
        return roots.Exists(root => Directory.Exists(root.Directory)) ? [] : roots;
    }

    /// <summary>What people call a video: the file's name at its first reachable place, else at its first place, else its id.</summary>
    public string NameOf(VideoRecord video) =>
        Path.GetFileName(FindFile(video) ?? (video.Places.Count > 0 ? video.Places[0].RelativePath : video.Id.Value));

    /// <summary>The place of a path, if it lies below a known root.</summary>
    public Place? Find(string path)
    {
        var full = Path.GetFullPath(path);
        var root = _roots.Where(root => IsBelow(full, root.Directory)).MaxBy(root => root.Directory.Length);
        return root is null ? null : PlaceBelow(root, full);
    }

    /// <summary>The place of a file; registers the directory that the user named (or the file's own) as a root when no root holds it yet.</summary>
    public async Task<Place> FindOrRegisterAsync(DiscoveredFile file, CancellationToken cancellation)
    {
        if (Find(file.Path) is { } place) return place;
        var directory = file.NamedDirectory ?? Path.GetDirectoryName(file.Path)!;
        var root = Mapped(await _catalog.RegisterRootAsync(FreeName(directory), directory, cancellation));
        _roots.Add(root);
        return PlaceBelow(root, file.Path);
    }

    private string FreeName(string directory)
    {
        var name = Path.GetFileName(directory) is { Length: > 0 } last ? last : "root";
        var free = name;
        for (var suffix = 2; _roots.Exists(root => root.Name == free); suffix++) free = $"{name}-{suffix}";
        return free;
    }

    private static RootRecord Mapped(RootRecord root) =>
        (Variable(RootVariables.Exact(root.Name)) ?? Variable(RootVariables.Of(root.Name))) is { } directory ? root with { Directory = Path.GetFullPath(directory) } : root;

    private static Place PlaceBelow(RootRecord root, string path) =>
        new(root.Name, Path.GetRelativePath(root.Directory, path).Replace(Path.DirectorySeparatorChar, '/'));

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (directory.EndsWith(Path.DirectorySeparatorChar) || (path.Length > directory.Length && path[directory.Length] == Path.DirectorySeparatorChar));
}
