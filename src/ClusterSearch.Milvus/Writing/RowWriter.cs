using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Protocol;

namespace ClusterSearch.Milvus.Writing;

/// <summary>
/// Puts rows into collections and deletes them, under the role of the writer where several processes may write: asked for before
/// each call, so that a writer which lost it begins nothing more.
/// </summary>
internal sealed class RowWriter(MilvusClient client, MilvusOptions options)
{
    private ulong _latest;

    /// <summary>The server's time of the last row that was put.</summary>
    public ulong Latest => Volatile.Read(ref _latest);

    /// <exception cref="ClusterSearchException">archive.busy (transient).</exception>
    public RoleLease? RequireRole()
    {
        if (options.WriterRole is not { } held) return null;
        return held() ?? throw new ClusterSearchException(ErrorCodes.ArchiveBusy,
            $"{options.Prefix} at {client.Address}: another process writes these vectors; wait until it is done, or stop it")
        { IsTransient = true };
    }

    /// <summary>Puts rows in the place of those with the same keys; no key twice.</summary>
    /// <param name="shard">The partition; empty: the only one.</param>
    public async Task PutAsync(string collection, string shard, Rows rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return;
        RequireRole();
        var request = new UpsertRequest { DbName = client.Database, CollectionName = collection, PartitionName = shard, NumRows = (uint)rows.Count };
        request.FieldsData.AddRange(rows.Fields);
        var answer = await client.CallAsync($"write to {collection}", (service, call) => service.UpsertAsync(request, call), cancellation);
        for (var latest = Latest; answer.Timestamp > latest; latest = Latest)
            if (Interlocked.CompareExchange(ref _latest, answer.Timestamp, latest) == latest) break;
    }

    public async Task DeleteAsync(string collection, string expression, CancellationToken cancellation)
    {
        RequireRole();
        await client.CallAsync($"deletion from {collection}", (service, call) => service.DeleteAsync(new DeleteRequest { DbName = client.Database, CollectionName = collection, Expr = expression }, call), cancellation, options.SettleLimit);
    }

    /// <summary>How many rows make a message of the wanted size.</summary>
    /// <param name="vectorLength">Of each row.</param>
    /// <param name="otherBytes">About.</param>
    public int RowsAtOnce(int vectorLength, int otherBytes) => Math.Clamp(options.BatchBytes / (vectorLength * sizeof(float) + otherBytes), 1, 10_000);
}
