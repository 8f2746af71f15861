using System.Collections.Concurrent;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// An encoding's files that its current manifest does not need, and when they can go.
/// <para>
/// What a published change replaces stays until the next one is published, for readers that are still opening it; beside other
/// hosts, which may have it mapped through a network file system, also for a grace by this process's own clock.
/// </para>
/// <para>
/// What a crash or a lost role left over is found by looking into the directory before a change. Once that change is published,
/// nothing that was seen there can become current any more: whoever made it wanted to replace a manifest that is no
/// longer the current one. No clock and no lock of another host has a say in this.
/// </para>
/// </summary>
internal sealed class RetiredFiles(string directory, TimeProvider clock)
{
    private readonly Dictionary<string, long> _retiredAt = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _spared = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _seen = [];
    private string? _tenure;

    /// <summary>Looks for what others left over, once for each writer's role that this process holds and after every fault.</summary>
    /// <param name="tenure">Which role; empty without one.</param>
    public void Look(string tenure)
    {
        if (_tenure == tenure) return;
        _seen = [.. IndexFiles.List(directory).Where(name => !_spared.ContainsKey(name))];
        _tenure = tenure;
    }

    /// <summary>For a change of which some files may have remained.</summary>
    /// <param name="isDoubtful">Whether it may have been published, or may still be.</param>
    public void LookAgain(bool isDoubtful) => (_tenure, IsDoubtful) = (null, isDoubtful);

    /// <summary>Whether the last change that failed may have been published: its files stay until a later one is.</summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>A file that is being made for a later change is no leftover.</summary>
    public void Spare(string name) => _spared[name] = true;

    /// <summary>It was named, or given up.</summary>
    public void Release(string name) => _spared.TryRemove(name, out _);

    /// <summary>A change was published.</summary>
    /// <param name="grace">Zero where no other host reads.</param>
    public void Retire(IndexState previous, IndexState current, TimeSpan grace)
    {
        Expire(grace);
        var needed = current.Files.ToHashSet(StringComparer.Ordinal);
        var replaced = previous.Files.Where(name => !needed.Contains(name)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in replaced) _retiredAt.TryAdd(name, clock.GetTimestamp());
        foreach (var name in _seen.Where(name => !needed.Contains(name) && !replaced.Contains(name))) RetireNow(name, grace);
        _seen = [];
        IsDoubtful = false;
    }

    /// <summary>The index was deleted.</summary>
    public void Retire(IEnumerable<string> names, TimeSpan grace)
    {
        Expire(grace);
        foreach (var name in names) RetireNow(name, grace);
    }

    /// <summary>Deletes what has been retired for as long as the grace.</summary>
    public void Expire(TimeSpan grace)
    {
        foreach (var (name, retiredAt) in _retiredAt.ToList())
            if (clock.GetElapsedTime(retiredAt) >= grace && IndexFiles.TryDelete(Path.Combine(directory, name))) _retiredAt.Remove(name);
    }

    private void RetireNow(string name, TimeSpan grace)
    {
        if (grace > TimeSpan.Zero || !IndexFiles.TryDelete(Path.Combine(directory, name))) _retiredAt.TryAdd(name, clock.GetTimestamp());
        else _retiredAt.Remove(name);
    }
}
