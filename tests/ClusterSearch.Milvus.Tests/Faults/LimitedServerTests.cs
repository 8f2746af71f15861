using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Tests.Server;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Milvus.Tests.Faults;

/// <summary>A real server that asks who is there and takes little at a time.</summary>
public sealed class LimitedServerTests
{
    private const int Dimension = 256;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_who_has_the_password_comes_in_and_writes_wait_for_the_rate_limit()
    {
        Assert.SkipWhen(MilvusServer.Missing is not null, MilvusServer.Missing ?? "");
        // MB a second: the batches below are a fifth of one.
        await using var server = await MilvusServer.StartAsync("quotaAndLimits.dml.enabled=true quotaAndLimits.dml.insertRate.max=0.4 quotaAndLimits.dml.upsertRate.max=0.4", hasUsers: true);
        var options = SharedServer.OptionsFor(server.Url) with { BatchBytes = 1 << 17 };
        foreach (var token in new[] { null, "root:wrong" })
        {
            var refused = await Assert.ThrowsAsync<ClusterSearchException>(() => OpenAndListAsync(options with { Address = options.Address with { Token = token } }));
            Assert.Equal(ErrorCodes.ArchiveAccess, refused.Code);
        }
        options = options with { Address = options.Address with { Token = "root:Milvus" } };

        await using var patient = await MilvusVectorStore.OpenAsync(new InMemoryManifestRegister(), null, options, Cancellation);
        var units = Units(new Random(1), 0, 900, Dimension);
        await ReplaceAsync(patient, units);
        using (var snapshot = await patient.SnapshotAsync("e1", Cancellation))
            Assert.Equal(new VectorCount(1, units.Count, 900), await snapshot.CountAsync(VectorFilter.None, Cancellation));

        await using var hasty = await MilvusVectorStore.OpenAsync(new InMemoryManifestRegister(), null, options with { Prefix = options.Prefix + "h", RetryLimit = TimeSpan.Zero }, Cancellation);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => ReplaceAsync(hasty, units));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
    }

    private static async Task OpenAndListAsync(MilvusOptions options)
    {
        await using var store = await MilvusVectorStore.OpenAsync(new InMemoryManifestRegister(), null, options, Cancellation);
        await ReplaceAsync(store, [UnitOf(0, [1, 0, 0, 0])]);
    }

    private static Task ReplaceAsync(MilvusVectorStore store, IReadOnlyList<Unit> units) =>
        store.ReplaceAsync("e1", [new UnitReplacement(Id(1), Nowhere, new(0, 1000), units)], Cancellation);
}
