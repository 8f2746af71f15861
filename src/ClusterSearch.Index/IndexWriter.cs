using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// Changes one encoding.
/// <para>
/// Normal operation: replacements become a new segment that carries the ranges it hides in older ones. Segment and a manifest
/// that names it are flushed under names never used before; then the register names the new manifest if the one that it
/// builds upon is still the current one and the role is still this writer's. A merge writes its segment beforehand, while others append
/// (see <see cref="IndexCompactor"/>), and comes here to put it in the place of those that it was made of.
/// </para>
/// <para>
/// Role lost, or another writer at work: the register refuses, the new files go, nothing visible changed.
/// Crash: files that no current manifest names are left over; a later writer sweeps them, see <see cref="RetiredFiles"/>.
/// Answer lost: see <see cref="ManifestPublisher"/>; files that may have been named stay for the sweep. Where another writer has
/// merged the segment meanwhile nobody can tell whether it was named: the fault that lost the answer is said, never "nothing changed".
/// </para>
/// One call at a time.
/// </summary>
internal sealed class IndexWriter(string directory, string indexName, IManifestRegister register, CurrentIndex current, EmbeddedIndexOptions options, SearchTraffic traffic)
{
    private readonly ManifestPublisher _publisher = new(indexName, register, options.Clock);
    private readonly RetiredFiles _retired = new(directory, options.Clock);

    // Leased during a call: what is copied from it stays mapped, whatever other processes publish meanwhile.
    private IndexState? _state;

    private IndexState State => _state ?? throw new InvalidOperationException("no change is under way");

    /// <summary>Makes replacements live in one change. One whose dimension does not fit fails, the rest goes on.</summary>
    public async Task AppendAsync(IReadOnlyList<PendingReplacement> group, RoleLease? role)
    {
        _state = await current.LeaseAsync(CancellationToken.None);
        try
        {
            var (dimension, fitting) = Fitting(group, State.Manifest.Dimension);
            var replacements = new List<QuantisedReplacement>();
            foreach (var one in fitting) replacements.AddRange(await one.Content);
            var content = ReplacementContent.Of(replacements);
            content = [.. content.Where(video => video.Units.Count > 0 || State.View.Find(video.Id) is not null)];
            if (content.Count > 0) await PublishAsync(dimension, State.Manifest.Segments, NewSegment(dimension, content), [], role);
        }
        finally
        {
            Hold(null);
        }
    }

    /// <summary>Writes what is live of some segments as one, beside what is current. Needs no turn.</summary>
    /// <returns>Its name; null when nothing of them is left. It is kept from being swept until <see cref="ReplaceAsync"/> has been called.</returns>
    public async Task<string?> WriteMergedAsync(IndexState state, int first, int end)
    {
        var content = Compaction.LiveContent(state.View, first, end);
        if (content.Count == 0) return null;
        var name = IndexFiles.NewName(state.Manifest.Generation, IndexFiles.SegmentSuffix);
        _retired.Spare(name);
        using var files = new NewFiles(directory);
        try
        {
            files.Add(name, file => SegmentWriter.Write(file, state.Manifest.Dimension, content, traffic));
            await files.FlushAsync();
            return name;
        }
        catch
        {
            files.Delete();
            _retired.Release(name);
            throw;
        }
    }

    /// <summary>Puts a merged segment in the place of those that it was made of, where they still stand side by side.</summary>
    /// <param name="merged">Names of segments.</param>
    /// <param name="name">Of the segment that <see cref="WriteMergedAsync"/> made.</param>
    /// <param name="role">The one under which it was made: under another it may have been swept.</param>
    /// <param name="cancellation">Stops asking what is current; the file goes, as after a fault.</param>
    public async Task ReplaceAsync(IReadOnlyList<string> merged, string? name, RoleLease? role, CancellationToken cancellation)
    {
        var isNamed = false;
        try
        {
            _state = await current.LeaseAsync(cancellation);
            var segments = State.Manifest.Segments;
            var first = segments.TakeWhile(segment => segment != merged[0]).Count();
            if (segments.Skip(first).Take(merged.Count).SequenceEqual(merged))
            {
                await PublishAsync(State.Manifest.Dimension, [.. segments.Take(first)], name is null ? null : new Added(name, null), [.. segments.Skip(first + merged.Count)], role);
                isNamed = true;
            }
        }
        finally
        {
            Hold(null);
            if (name is not null) _retired.Release(name);
            if (!isNamed && name is not null && !_retired.IsDoubtful) IndexFiles.TryDelete(Path.Combine(directory, name));
        }
    }

    /// <summary>Deletes the encoding, whatever state its files are in; snapshots go on reading.</summary>
    public async Task DeleteAsync(RoleLease? role)
    {
        var name = await register.CurrentAsync(indexName, CancellationToken.None);
        var files = IndexFiles.List(directory);
        if (name is null && files.Count == 0) return;
        // From the empty manifest on, nothing that somebody wanted to put upon what was there can be published any more.
        name ??= await WriteAsync(null, Manifest.Empty with { Generation = 1 }, null, role) ?? throw IndexFaults.AnotherWriter(directory);
        try
        {
            if (files.Contains(IndexFiles.OldManifest))
            {
                // Before the register names none: it would be the current one again.
                File.Delete(Path.Combine(directory, IndexFiles.OldManifest));
                DirectoryFlush.Flush(directory);
            }
            var publication = await _publisher.PublishAsync(name, null, role);
            if (!publication.IsPublished) throw publication.Fault ?? IndexFaults.AnotherWriter(directory);
            current.Adopt(null, Manifest.Empty)?.View.Release();
            _retired.Retire(files.Append(name), Grace(role));
            if (role is null && Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any()) Directory.Delete(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, directory);
        }
    }

    /// <summary>Deletes files that were retired long enough ago.</summary>
    public void DeleteRetired(RoleLease? role) => _retired.Expire(Grace(role));

    private (int Dimension, List<PendingReplacement> Fitting) Fitting(IReadOnlyList<PendingReplacement> group, int stored)
    {
        var fitting = new List<PendingReplacement>(group.Count);
        foreach (var one in group)
        {
            if (stored == 0) stored = one.Dimension;
            if (one.Dimension == 0 || one.Dimension == stored) fitting.Add(one);
            else one.Fail(new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"{directory}: vectors of {stored} dimensions were expected, {one.Dimension} found"));
        }
        return (stored, fitting);
    }

    private Added NewSegment(int dimension, IReadOnlyList<SegmentVideo> content) =>
        new(IndexFiles.NewName(State.Manifest.Generation + 1, IndexFiles.SegmentSuffix), file => SegmentWriter.Write(file, dimension, content, traffic));

    /// <summary>Makes the next state current: a new segment, unless there is nothing to put into it, between some of those before.</summary>
    private async Task PublishAsync(int dimension, IReadOnlyList<string> older, Added? added, IReadOnlyList<string> younger, RoleLease? role)
    {
        var generation = State.Manifest.Generation + 1;
        var manifest = new Manifest(Manifest.CurrentVersion, generation, dimension, added is null ? [.. older, .. younger] : [.. older, added.Name, .. younger]);
        if (await WriteAsync(State.Name, manifest, added, role) is { } name && current.Adopt(name, manifest) is { } next)
        {
            _retired.Retire(State, next, Grace(role));
            Hold(next);
        }
        else
        {
            Hold(await current.LeaseAsync(CancellationToken.None));
        }
    }

    /// <summary>Writes a manifest, and its new segment where that does not lie there yet, and has the register name it.</summary>
    /// <returns>Its name; null when it was named, the answer was lost, and another writer has built upon it since.</returns>
    private async Task<string?> WriteAsync(string? previous, Manifest manifest, Added? added, RoleLease? role)
    {
        DirectoryFlush.Create(directory);
        _retired.Look(role?.Token ?? "");
        using var files = new NewFiles(directory);
        var name = IndexFiles.NewName(manifest.Generation, IndexFiles.ManifestSuffix);
        try
        {
            if (added?.Write is { } write) files.Add(added.Name, write);
            files.Add(name, file => file.Write(manifest.ToBytes()));
            await files.FlushAsync();
        }
        catch
        {
            files.Delete();
            throw;
        }
        var publication = await _publisher.PublishAsync(previous, name, role);
        if (publication.IsPublished) return name;
        _retired.LookAgain(isDoubtful: !publication.IsCertain);
        if (publication.IsCertain) files.Delete();
        else if (added is not null && await IsNamedAsync(added.Name)) return null;
        throw publication.Fault ?? IndexFaults.AnotherWriter(directory);
    }

    private async Task<bool> IsNamedAsync(string segment)
    {
        var state = await current.LeaseAsync(CancellationToken.None);
        var isNamed = state.Manifest.Segments.Contains(segment);
        state.View.Release();
        return isNamed;
    }

    private void Hold(IndexState? state)
    {
        _state?.View.Release();
        _state = state;
    }

    private TimeSpan Grace(RoleLease? role) => role is null ? TimeSpan.Zero : options.ReaderGrace;

    /// <param name="Write">Null for a segment that lies there already.</param>
    private sealed record Added(string Name, Action<FileStream>? Write);
}
