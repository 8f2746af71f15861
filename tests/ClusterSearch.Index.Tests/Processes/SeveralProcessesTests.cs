using System.Globalization;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Processes;

public class SeveralProcessesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_writer_is_refused_until_the_first_is_gone_and_reads_meanwhile()
    {
        using var directory = new TemporaryDirectory();
        using var writer = OtherProcess.Writer(directory.Path, seed: 1, from: 0);
        await writer.ReadLineAsync(Cancellation);
        await using var index = await SharedIndex.OpenAsync(directory.Path);
        var store = index.Store;
        using (var snapshot = await store.SnapshotAsync(History.Encoding, Cancellation))
            await snapshot.CountAsync(VectorFilter.None, Cancellation);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(store, 0, 16));
        Assert.Equal(ErrorCodes.ArchiveBusy, fault.Code);
        Assert.True(fault.IsTransient);
        Assert.Contains(directory.Path, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);

        writer.Kill();
        await PutAsync(store, 0, 16);
    }

    [Fact]
    public async Task A_second_writer_in_the_same_process_is_refused_until_the_first_is_disposed()
    {
        using var directory = new TemporaryDirectory();
        var first = await SharedIndex.OpenAsync(directory.Path);
        await using var second = await SharedIndex.OpenAsync(directory.Path);
        await PutAsync(first.Store, 0, 16);
        Assert.Equal(ErrorCodes.ArchiveBusy, (await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(second.Store, 16, 32))).Code);
        await first.DisposeAsync();
        await PutAsync(second.Store, 16, 32);
        Assert.Equal(32, await CountAsync(second.Store));
    }

    [Fact]
    public async Task A_reader_of_another_process_sees_each_write_at_its_next_snapshot()
    {
        using var directory = new TemporaryDirectory();
        using var reader = OtherProcess.Reader(directory.Path);
        await using var index = await SharedIndex.OpenAsync(directory.Path);
        var store = index.Store;
        Assert.Equal(0, await AskAsync(reader));
        for (var i = 0; i < 12; i++)
        {
            await PutAsync(store, 16 * i, 16 * i + 16);
            Assert.Equal(16 * i + 16, await AskAsync(reader));
        }
        await store.DeleteVideoAsync(Footage.Id(1), null, Cancellation);
        Assert.Equal(0, await AskAsync(reader));
        await PutAsync(store, 0, 48);
        Assert.Equal(48, await AskAsync(reader));
        await store.DeleteEncodingAsync(History.Encoding, Cancellation);
        Assert.Equal(0, await AskAsync(reader));
        // The same number of writes as before it was deleted: a reader must not take it for what it knew.
        await PutAsync(store, 0, 32);
        Assert.Equal(32, await AskAsync(reader));
    }

    private static Task PutAsync(EmbeddedVectorStore store, long first, long end) => store.ReplaceAsync(History.Encoding,
        [new UnitReplacement(Footage.Id(1), Footage.Nowhere, new SampleRange(first, end), Footage.Units(new Random(1), first, (int)(end - first), History.Dimension))], Cancellation);

    private static async Task<long> CountAsync(EmbeddedVectorStore store)
    {
        using var snapshot = await store.SnapshotAsync(History.Encoding, Cancellation);
        return (await snapshot.CountAsync(VectorFilter.None, Cancellation)).Samples;
    }

    private static async Task<long> AskAsync(OtherProcess reader) =>
        long.Parse(await reader.AskAsync(Cancellation) ?? throw new InvalidOperationException("the reader ended by itself"), CultureInfo.InvariantCulture);
}
