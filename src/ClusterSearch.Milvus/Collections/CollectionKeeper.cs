using ClusterSearch.Core;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Protocol;
using Google.Protobuf;
using KeyValuePair = ClusterSearch.Milvus.Protocol.KeyValuePair;

namespace ClusterSearch.Milvus.Collections;

/// <summary>
/// Makes, loads, settles and drops the collections of an encoding. Made, a set is empty and loaded: rows may be written and found
/// at once. Whatever is cut short is made again or dropped by whoever comes next; nothing here has to be undone.
/// </summary>
internal sealed class CollectionKeeper(MilvusClient client, MilvusOptions options)
{
    private static readonly TimeSpan LoadPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(500);

    public Task CreateAsync(CollectionNames names, int dimension, CancellationToken cancellation) =>
        Task.WhenAll(CollectionLayout.All.Select(layout => CreateAsync(layout, names.Of(layout), dimension, cancellation)));

    /// <returns>Length of the encoding's vectors.</returns>
    /// <exception cref="CollectionMissingException">It is gone.</exception>
    public async Task<int> DimensionAsync(CollectionNames names, CancellationToken cancellation)
    {
        var answer = await client.CallAsync($"description of {names.Samples}", (service, call) => service.DescribeCollectionAsync(new DescribeCollectionRequest { DbName = client.Database, CollectionName = names.Samples }, call), cancellation);
        var vector = answer.Schema.Fields.First(field => field.Name == Columns.Vector);
        return int.Parse(vector.TypeParams.First(parameter => parameter.Key == "dim").Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<IReadOnlySet<string>> ShardsAsync(CollectionNames names, CancellationToken cancellation)
    {
        var answer = await client.CallAsync($"partitions of {names.Samples}", (service, call) => service.ShowPartitionsAsync(new ShowPartitionsRequest { DbName = client.Database, CollectionName = names.Samples }, call), cancellation);
        return answer.PartitionNames.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>One that is there already is no error. A new partition of a loaded collection is loaded with it.</summary>
    public async Task CreateShardAsync(CollectionNames names, string shard, CancellationToken cancellation)
    {
        foreach (var layout in new[] { CollectionLayout.Units, CollectionLayout.Samples })
        {
            var request = new CreatePartitionRequest { DbName = client.Database, CollectionName = names.Of(layout), PartitionName = shard };
            try
            {
                await client.CallAsync($"partition {shard} of {names.Of(layout)}", (service, call) => service.CreatePartitionAsync(request, call), cancellation, options.SettleLimit);
            }
            catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveRefused)
            {
                if (!(await ShardsAsync(names, cancellation)).Contains(shard)) throw;
            }
        }
    }

    public async Task PointAliasesAsync(CollectionNames names, CancellationToken cancellation)
    {
        foreach (var layout in CollectionLayout.All)
        {
            var (alias, collection) = (names.AliasOf(layout), names.Of(layout));
            try
            {
                await client.CallAsync($"alias {alias}", (service, call) => service.AlterAliasAsync(new AlterAliasRequest { DbName = client.Database, Alias = alias, CollectionName = collection }, call), cancellation);
            }
            catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveRefused)
            {
                // There is none yet.
                await client.CallAsync($"alias {alias}", (service, call) => service.CreateAliasAsync(new CreateAliasRequest { DbName = client.Database, Alias = alias, CollectionName = collection }, call), cancellation);
            }
        }
    }

    public async Task DropAliasesAsync(CollectionNames names, CancellationToken cancellation)
    {
        foreach (var layout in CollectionLayout.All)
        {
            try
            {
                await client.CallAsync($"alias {names.AliasOf(layout)}", (service, call) => service.DropAliasAsync(new DropAliasRequest { DbName = client.Database, Alias = names.AliasOf(layout) }, call), cancellation);
            }
            catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveRefused)
            {
                // There was none.
            }
        }
    }

    /// <summary>Every collection of an encoding, also of revisions that a crash left.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string encodingId, CancellationToken cancellation)
    {
        var answer = await client.CallAsync("collections", (service, call) => service.ShowCollectionsAsync(new ShowCollectionsRequest { DbName = client.Database }, call), cancellation);
        return [.. answer.CollectionNames.Where(name => CollectionNames.AreOf(options.Prefix, encodingId, name))];
    }

    /// <summary>One that is gone is no error.</summary>
    public Task DropAsync(string collection, CancellationToken cancellation) => client.CallAsync($"removal of {collection}", (service, call) => service.DropCollectionAsync(new DropCollectionRequest { DbName = client.Database, CollectionName = collection }, call), cancellation, options.SettleLimit);

    /// <summary>Seals what was written and waits until it is searched through its index.</summary>
    public async Task SettleAsync(CollectionNames names, CancellationToken cancellation)
    {
        foreach (var layout in new[] { CollectionLayout.Units, CollectionLayout.Samples })
        {
            var name = names.Of(layout);
            var request = new FlushRequest { DbName = client.Database };
            request.CollectionNames.Add(name);
            var flushed = await client.CallAsync($"flush of {name}", (service, call) => service.FlushAsync(request, call), cancellation, options.SettleLimit);
            var asked = new GetFlushStateRequest { DbName = client.Database, CollectionName = name, FlushTs = flushed.CollFlushTs.GetValueOrDefault(name) };
            asked.SegmentIDs.AddRange(flushed.CollSegIDs.TryGetValue(name, out var segments) ? segments.Data : []);
            await client.WaitAsync($"flush of {name}", SettlePause, async () =>
                (await client.CallAsync($"flush of {name}", (service, call) => service.GetFlushStateAsync(asked, call), cancellation)).Flushed, cancellation);
            if (options.Index.IsWaitedFor) await client.WaitAsync($"index of {name}", SettlePause, () => IsIndexedAsync(layout, name, cancellation), cancellation);
        }
    }

    private async Task CreateAsync(CollectionLayout layout, string name, int dimension, CancellationToken cancellation)
    {
        await client.CallAsync($"creation of {name}", (service, call) => service.CreateCollectionAsync(new CreateCollectionRequest
        {
            DbName = client.Database,
            CollectionName = name,
            Schema = layout.ToSchema(name, dimension).ToByteString(),
            ShardsNum = 1,
            ConsistencyLevel = ConsistencyLevel.Bounded,
        }, call), cancellation, options.SettleLimit);
        var (type, parameters) = layout == CollectionLayout.Videos ? ("FLAT", "{}") : (options.Index.Name, options.Index.BuildParameters);
        await IndexAsync(name, layout.VectorColumn, [("index_type", type), ("metric_type", "IP"), ("params", parameters)], cancellation);
        var hasInverted = (await client.VersionAsync(cancellation)).HasInvertedIndex;
        foreach (var column in layout.Columns.Where(column => column.IsIndexed))
            await IndexAsync(name, column.Name, [("index_type", hasInverted ? "INVERTED" : "Trie")], cancellation);
        await client.CallAsync($"loading of {name}", (service, call) => service.LoadCollectionAsync(new LoadCollectionRequest { DbName = client.Database, CollectionName = name, ReplicaNumber = 1 }, call), cancellation, options.SettleLimit);
        await client.WaitAsync($"loading of {name}", LoadPause, async () =>
            (await client.CallAsync($"loading of {name}", (service, call) => service.GetLoadStateAsync(new GetLoadStateRequest { DbName = client.Database, CollectionName = name }, call), cancellation)).State == LoadState.Loaded, cancellation);
    }

    private async Task IndexAsync(string name, string column, IEnumerable<(string Key, string Value)> parameters, CancellationToken cancellation)
    {
        var request = new CreateIndexRequest { DbName = client.Database, CollectionName = name, FieldName = column };
        request.ExtraParams.AddRange(parameters.Select(parameter => new KeyValuePair { Key = parameter.Key, Value = parameter.Value }));
        await client.CallAsync($"index over {column} of {name}", (service, call) => service.CreateIndexAsync(request, call), cancellation, options.SettleLimit);
    }

    // "Finished" comes again while rows of merged segments wait.
    private async Task<bool> IsIndexedAsync(CollectionLayout layout, string name, CancellationToken cancellation)
    {
        var answer = await client.CallAsync($"index of {name}", (service, call) => service.DescribeIndexAsync(new DescribeIndexRequest { DbName = client.Database, CollectionName = name, FieldName = layout.VectorColumn }, call), cancellation);
        foreach (var index in answer.IndexDescriptions.Where(index => index.FieldName == layout.VectorColumn))
        {
            if (index.State == IndexState.Failed)
                throw new ClusterSearchException(ErrorCodes.ArchiveRefused, $"index of {name}: Milvus at {client.Address} could not build it ({index.IndexStateFailReason.ReplaceLineEndings(" ")})");
            return index.State == IndexState.Finished && index.PendingIndexRows == 0;
        }
        return false;
    }
}
