using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Writing;

/// <summary>
/// What no new snapshot shows, until nobody can be looking at it any more: rows that were replaced and whole collections. Nothing
/// depends on its deletion; what a process leaves, the next writer of the encoding finds.
/// </summary>
internal sealed class Retirement(CurrentState current, CollectionKeeper keeper, RowWriter writer, MilvusOptions options)
{
    /// <summary>Keys of one deletion.</summary>
    private const int KeysAtOnce = 4096;

    private readonly List<(long Since, string Revision, long Generation, IReadOnlyList<string> VideoKeys)> _rows = [];
    private readonly List<(long Since, string Collection, string Revision)> _collections = [];

    public void AddRows(string revision, long generation, IReadOnlyList<string> videoKeys) => _rows.Add((options.Clock.GetTimestamp(), revision, generation, videoKeys));

    public void AddCollections(string revision, IEnumerable<string> collections) =>
        _collections.AddRange(collections.Select(collection => (options.Clock.GetTimestamp(), collection, revision)));

    /// <param name="state">The current one.</param>
    /// <param name="isClosing">Collections are dropped whatever their age: nobody else would.</param>
    /// <param name="cancellation">Between deletions.</param>
    public async Task RunAsync(EncodingState state, bool isClosing, CancellationToken cancellation)
    {
        await DeleteRowsAsync(state, cancellation);
        foreach (var retired in _collections.ToList())
        {
            if (current.EarliestLook(retired.Revision) is not null || (!isClosing && !IsDue(retired.Since))) continue;
            await keeper.DropAsync(retired.Collection, cancellation);
            _collections.Remove(retired);
        }
    }

    private async Task DeleteRowsAsync(EncodingState state, CancellationToken cancellation)
    {
        _rows.RemoveAll(retired => retired.Revision != state.Names?.Revision);
        if (state.Names is not { } names) return;
        var earliest = current.EarliestLook(names.Revision) ?? long.MaxValue;
        var due = _rows.Where(retired => IsDue(retired.Since) && retired.Generation <= earliest).ToList();
        if (due.Count == 0) return;
        // Up to that write, the hole of killed writers left out.
        var dead = (state.Generations with { Last = due.Max(retired => retired.Generation) }).Dead;
        await writer.DeleteAsync(names.Units, dead, cancellation);
        await writer.DeleteAsync(names.Samples, dead, cancellation);
        foreach (var keys in due.SelectMany(retired => retired.VideoKeys).Chunk(KeysAtOnce))
            await writer.DeleteAsync(names.Videos, Literal.In(Columns.Key, keys), cancellation);
        foreach (var done in due) _rows.Remove(done);
    }

    private bool IsDue(long since) => options.Clock.GetElapsedTime(since) >= options.ReaderGrace;
}
