using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Filtering;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Videos;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Milvus.Writing;

/// <summary>
/// Writes one encoding. Milvus has no transactions: a list of replacements is a number of writes to three collections, and counts
/// once the archive's catalogue names its number.
/// <para>
/// Normal operation: new rows are put under the next number; rows that they replace are put again with that number as the one
/// they died by; then the register names it. Snapshots ask for the numbers that they know, so both rows of a pair are there, and
/// each reader sees one of them. Rows that died are deleted once nobody looks at them (<see cref="Retirement"/>).
/// </para>
/// <para>
/// Crash or fault before the register: nothing has changed for any reader. The next write sweeps (<see cref="WriteSession"/>).
/// Whatever of a killed writer's the server takes in after that lies in the hole. Known gap: a mark of death that arrives late, over
/// one which counts by then, would bring a replaced row back; the comparison of <c>verify</c> finds it.
/// </para>
/// </summary>
internal sealed class EncodingWriter(
    CurrentState current, IManifestRegister register, CollectionKeeper keeper, CollectionReader reader, RowWriter writer, UnitDirectory directory, MilvusOptions options, ILogger logger)
{
    private const int UnitsOfPage = 128;
    private const int OtherUnitBytes = 640;
    private const int OtherSampleBytes = 384;

    private readonly Retirement _retirement = new(current, keeper, writer, options);
    private readonly RecentTails _tails = new();
    private readonly ShardChoice _shardChoice = new(options);
    private HashSet<string> _shards = [];
    private WriteSession? _session;

    private string EncodingId => current.EncodingId;

    public async Task ReplaceAsync(IReadOnlyList<UnitReplacement> replacements, int dimension, CancellationToken cancellation)
    {
        var role = writer.RequireRole();
        var state = (await current.LatestAsync(cancellation)).ForWriting;
        if (state.Names is null)
        {
            if (dimension == 0) return;
            state = await CreateAsync(state, dimension, cancellation);
        }
        else if (dimension != 0 && dimension != state.StoredDimension)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                $"encoding {EncodingId}: vectors of {state.StoredDimension} dimensions were expected, those of {dimension} found");
        }
        var session = await BeginAsync(state, cancellation);
        await _retirement.RunAsync(state, isClosing: false, cancellation);
        var changes = await PlanAsync(state, replacements, cancellation);
        if (changes.Count == 0) return;
        try
        {
            var next = await WriteAsync(state, session, changes, role, cancellation);
            _session = session.After(next.Registered!);
        }
        catch
        {
            // What became of it is not known here.
            _session = null;
            _tails.Clear();
            throw;
        }
    }

    public async Task DeleteAsync(CancellationToken cancellation)
    {
        var role = writer.RequireRole();
        var registered = await register.CurrentAsync(EncodingId, cancellation);
        if (registered is not null) await PublishAsync(registered, null, role);
        _session = null;
        _tails.Clear();
        var state = await current.LatestAsync(cancellation);
        await keeper.DropAliasesAsync(new CollectionNames(options.Prefix, EncodingId, ""), cancellation);
        await RetireCollectionsAsync(cancellation);
        await _retirement.RunAsync(state, isClosing: false, cancellation);
    }

    /// <summary>Deletes what nobody looks at any more.</summary>
    public async Task CloseAsync(CancellationToken cancellation) => await _retirement.RunAsync((await current.LatestAsync(cancellation)).ForWriting, isClosing: true, cancellation);

    /// <summary>
    /// Makes the encoding's collections anew as the options say, copies every row, and has the register and the aliases name them:
    /// searches go on in the old ones until then.
    /// </summary>
    public async Task RebuildAsync(CancellationToken cancellation)
    {
        var role = writer.RequireRole();
        var state = (await current.LatestAsync(cancellation)).ForWriting;
        if (state.Names is null) return;
        _session = null;
        var names = CollectionNames.New(options.Prefix, EncodingId);
        await keeper.CreateAsync(names, state.StoredDimension, cancellation);
        foreach (var shard in state.Videos.Shards) await keeper.CreateShardAsync(names, shard, cancellation);
        foreach (var layout in new[] { CollectionLayout.Units, CollectionLayout.Samples })
            foreach (var shard in state.Videos.Shards) await CopyAsync(state, names, layout, shard, cancellation);
        foreach (var videos in state.Videos.All.Chunk(1024)) await writer.PutAsync(names.Videos, "", NewRows.OfVideos(videos), cancellation);
        await keeper.SettleAsync(names, cancellation);
        var manifest = new ManifestName(names.Revision, state.Generations, writer.Latest);
        var next = state with { Registered = manifest.ToString(), Names = names, Manifest = manifest, Consistency = options.Consistency };
        await PublishAsync(state.Registered, next.Registered, role);
        current.Adopt(next);
        await keeper.PointAliasesAsync(names, cancellation);
        _retirement.AddCollections(state.Names.Revision, CollectionLayout.All.Select(state.Names.Of));
    }

    private async Task CopyAsync(EncodingState state, CollectionNames names, CollectionLayout layout, string shard, CancellationToken cancellation)
    {
        var rows = writer.RowsAtOnce(layout.VectorLength(state.StoredDimension), OtherUnitBytes);
        await foreach (var page in reader.PagesAsync(state.Names!.Of(layout), state.Visible, [.. layout.ScalarColumns, layout.VectorColumn], state.Time, rows, cancellation, [shard]))
            await writer.PutAsync(names.Of(layout), shard, page, cancellation);
    }

    private async Task<EncodingState> CreateAsync(EncodingState state, int dimension, CancellationToken cancellation)
    {
        await RetireCollectionsAsync(cancellation);
        var names = CollectionNames.New(options.Prefix, EncodingId);
        await keeper.CreateAsync(names, dimension, cancellation);
        _shards = [];
        _session = WriteSession.First(state.Registered);
        return state with { Names = names, StoredDimension = dimension, Videos = VideoTable.Empty };
    }

    /// <summary>What an encoding that holds nothing has left: of its own last life, or of a creation that was cut short.</summary>
    private async Task RetireCollectionsAsync(CancellationToken cancellation)
    {
        foreach (var collection in await keeper.ListAsync(EncodingId, cancellation))
        {
            var stem = collection[..collection.LastIndexOf('_')];
            _retirement.AddCollections(stem[(stem.LastIndexOf('_') + 1)..], [collection]);
        }
    }

    private async Task<WriteSession> BeginAsync(EncodingState state, CancellationToken cancellation)
    {
        if (_session is { } going && going.Published == state.Registered) return going;
        _tails.Clear();
        _session = null;
        var session = await WriteSession.BeginAsync(state, reader, writer, cancellation);
        _shards = [.. await keeper.ShardsAsync(state.Names!, cancellation)];
        await keeper.PointAliasesAsync(state.Names!, cancellation);
        // What died in an earlier life of this process, or in another.
        _retirement.AddRows(state.Names!.Revision, state.Generations.Last, []);
        return _session = session;
    }

    private async Task<List<VideoChange>> PlanAsync(EncodingState state, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        var changes = new Dictionary<VideoId, VideoChange>();
        foreach (var replacement in replacements)
        {
            if (!changes.TryGetValue(replacement.Video, out var change))
                changes[replacement.Video] = change = new VideoChange(replacement.Video, state.Videos.Find(replacement.Video), await directory.OfAsync(state, replacement.Video, cancellation));
            change.Apply(replacement);
        }
        return [.. changes.Values.Where(change => !change.IsNothing)];
    }

    private async Task<EncodingState> WriteAsync(EncodingState state, WriteSession session, List<VideoChange> changes, RoleLease? role, CancellationToken cancellation)
    {
        var generation = session.Next;
        var added = new Dictionary<string, long>(StringComparer.Ordinal);
        var videos = new List<VideoState>(changes.Count);
        var units = new Dictionary<VideoId, LiveUnit[]>();
        foreach (var change in changes)
        {
            var shard = change.Kept.Count > 0 ? change.Before!.Shard : _shardChoice.Of(change.Attributes, state.Videos, added);
            added[shard] = added.GetValueOrDefault(shard) + change.Added.Sum(unit => unit.Count);
            await RequireShardAsync(state.Names!, shard, cancellation);
            await PutAsync(state, change, shard, generation, cancellation);
            units[change.Id] = change.UnitsAfter(generation);
            videos.Add(VideoChange.StateOf(change.Id, change.Attributes, shard, units[change.Id], generation));
        }
        foreach (var batch in videos.Chunk(1024)) await writer.PutAsync(state.Names!.Videos, "", NewRows.OfVideos(batch), cancellation);

        var manifest = new ManifestName(state.Names!.Revision, session.Generations, writer.Latest);
        var next = state with { Registered = manifest.ToString(), Manifest = manifest, Videos = state.Videos.With(videos), Consistency = options.Consistency };
        await PublishAsync(state.Registered, next.Registered, role);
        current.Adopt(next);
        if (state.Manifest is null) await keeper.PointAliasesAsync(state.Names, cancellation);
        foreach (var (video, change) in videos.Zip(changes))
        {
            directory.Keep(state.Names.Revision, video, units[video.Id]);
            if (change.Added.Count > 0) _tails.Keep(video.Id, change.Added[^1], generation);
        }
        _retirement.AddRows(state.Names.Revision, generation, [.. changes.Select(change => change.Before?.Key).OfType<string>()]);
        return next;
    }

    private async Task PutAsync(EncodingState state, VideoChange change, string shard, long generation, CancellationToken cancellation)
    {
        var names = state.Names!;
        var rows = new NewRows(change.Id, change.Attributes, generation);
        await PutAsync(names, shard, rows, change.Added, cancellation);
        if (change.Removed.Count == 0 && !change.RewritesKept) return;

        var replaced = change.RewritesKept ? [.. change.Removed, .. change.Kept] : change.Removed;
        var again = change.RewritesKept ? change.Kept.Select(unit => unit.First).ToHashSet() : [];
        var toRead = new List<LiveUnit>();
        foreach (var unit in replaced)
        {
            if (!again.Contains(unit.First) && _tails.Find(change.Id, unit.First, unit.Born) is { } tail)
                await PutAsync(names, change.Before!.Shard, new NewRows(change.Id, change.Before.Attributes, unit.Born, generation), [tail], cancellation);
            else toRead.Add(unit);
        }
        foreach (var page in toRead.OrderBy(unit => unit.First).Chunk(UnitsOfPage))
        {
            var firsts = string.Join(',', page.Select(unit => Literal.Of(unit.First)));
            foreach (var (layout, column) in new[] { (CollectionLayout.Units, Columns.First), (CollectionLayout.Samples, Columns.Unit) })
            {
                var stored = await reader.QueryAsync(names.Of(layout), $"{state.Visible} and {Columns.Video} == {Literal.Of(change.Id.Value)} and {column} in [{firsts}]",
                    [.. layout.ScalarColumns, layout.VectorColumn], state.Time, cancellation, [change.Before!.Shard]);
                await writer.PutAsync(names.Of(layout), change.Before.Shard, stored.Copy().Put(Columns.Died, Enumerable.Repeat(generation, stored.Count)), cancellation);
                if (again.Count == 0) continue;
                var first = stored.Longs(column);
                var kept = stored.At([.. Enumerable.Range(0, stored.Count).Where(i => again.Contains(first[i]))]);
                await writer.PutAsync(names.Of(layout), shard, layout == CollectionLayout.Units ? rows.Again(kept) : rows.SamplesAgain(kept), cancellation);
            }
        }
    }

    private async Task PutAsync(CollectionNames names, string shard, NewRows rows, IReadOnlyList<Unit> units, CancellationToken cancellation)
    {
        if (units.Count == 0) return;
        var dimension = units[0].Mean.Length;
        foreach (var batch in units.Chunk(writer.RowsAtOnce(dimension + 1, OtherUnitBytes)))
            await writer.PutAsync(names.Units, shard, rows.Units(batch), cancellation);
        foreach (var batch in units.Chunk(Math.Max(1, writer.RowsAtOnce(dimension, OtherSampleBytes) / Unit.MaximumSamples)))
            await writer.PutAsync(names.Samples, shard, rows.Samples(batch), cancellation);
    }

    private async Task RequireShardAsync(CollectionNames names, string shard, CancellationToken cancellation)
    {
        if (_shards.Contains(shard)) return;
        await keeper.CreateShardAsync(names, shard, cancellation);
        _shards.Add(shard);
    }

    /// <summary>Cannot be cancelled: a call that was given up would leave open what became of it.</summary>
    private async Task PublishAsync(string? previous, string? next, RoleLease? role)
    {
        var isDone = false;
        try
        {
            isDone = await register.PublishAsync(EncodingId, previous, next, role, CancellationToken.None);
        }
        catch (ClusterSearchException fault) when (fault.IsTransient)
        {
            logger.LogWarning("{Encoding}: {Fault}; asking what became of it", EncodingId, fault.Message);
            if (await register.CurrentAsync(EncodingId, CancellationToken.None) != next) throw;
            isDone = true;
        }
        if (!isDone)
            throw new ClusterSearchException(ErrorCodes.ArchiveBusy,
                $"encoding {EncodingId}: another process has written its vectors or taken the writer's role meanwhile; nothing was changed") { IsTransient = true };
    }
}
