using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Processes;

public class KilledWriterTests
{
    private const int Kills = 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_writer_killed_at_any_moment_leaves_what_it_acknowledged_and_never_half_of_a_write()
    {
        using var directory = new TemporaryDirectory();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var history = new History(seed);
        var written = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var acknowledged = await WriteUntilKilledAsync(directory.Path, seed, written, random);
            await using var index = await SharedIndex.OpenAsync(directory.Path, new EmbeddedIndexOptions());
            var store = index.Store;
            // The write that was under way when the process died may have come to its end, or not have begun.
            var difference = await History.DifferenceAsync(history.After(acknowledged), store, Cancellation);
            var differenceWithNext = difference is null ? null : await History.DifferenceAsync(history.After(acknowledged + 1), store, Cancellation);
            Assert.True(difference is null || differenceWithNext is null,
                $"seed {seed}, kill {kill}, {acknowledged} writes acknowledged: {difference}; with one more: {differenceWithNext}");
            Assert.Empty(await store.VerifyAsync(Cancellation));
            written = difference is null ? acknowledged : acknowledged + 1;
        }
        Assert.True(written > Kills, $"seed {seed}: only {written} writes in {Kills} lives");

        await using var last = await SharedIndex.OpenAsync(directory.Path, new EmbeddedIndexOptions { CompactInBackground = false });
        // The first one merges what the killed ones left to merge.
        for (var more = 0; more < 2; more++) await history.WriteAsync(last.Store, written + more, Cancellation);
        Assert.Null(await History.DifferenceAsync(history.After(written + 2), last.Store, Cancellation));
        // What the last kill left over is gone: a live segment or two, the current manifest, and what the last write replaced.
        var files = Directory.GetFiles(Path.Combine(SharedIndex.IndexDirectory(directory.Path), History.Encoding));
        Assert.True(files.Length <= 2 * 8 + 2, $"seed {seed}: {string.Join(' ', files.Select(Path.GetFileName))}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_that_dies_before_its_manifest_is_named_has_changed_nothing_and_one_that_dies_after_all(bool isPublished)
    {
        // A seed whose first writes are replacements, none a deletion.
        const int Seed = 5;
        using var directory = new TemporaryDirectory();
        var history = new History(Seed);
        await using (var index = await SharedIndex.OpenAsync(directory.Path)) await history.WriteAsync(index.Store, 0, Cancellation);
        using (var mortal = OtherProcess.Mortal(directory.Path, Seed, 1, isPublished)) Assert.Null(await mortal.ReadLineAsync(Cancellation));
        await using var next = await SharedIndex.OpenAsync(directory.Path, new EmbeddedIndexOptions { CompactInBackground = false });
        Assert.Null(await History.DifferenceAsync(history.After(isPublished ? 2 : 1), next.Store, Cancellation));
        var encoding = Path.Combine(SharedIndex.IndexDirectory(directory.Path), History.Encoding);
        // Two states, one of them for nobody yet or no longer.
        Assert.Equal(2, Directory.GetFiles(encoding, "*.manifest").Length);
        Assert.Equal(2, Directory.GetFiles(encoding, "*.seg").Length);
        for (var number = 1; number < 4; number++) await history.WriteAsync(next.Store, number, Cancellation);
        Assert.Null(await History.DifferenceAsync(history.After(4), next.Store, Cancellation));
        Assert.Equal(2, Directory.GetFiles(encoding, "*.manifest").Length);
        Assert.Empty(await next.Store.VerifyAsync(Cancellation));
    }

    /// <returns>How many writes of the history are acknowledged now.</returns>
    private static async Task<int> WriteUntilKilledAsync(string directory, int seed, int from, Random random)
    {
        using var writer = OtherProcess.Writer(directory, seed, from);
        var acknowledged = from;
        for (var left = random.Next(1, 15); left > 0; left--)
            acknowledged = int.Parse(await writer.ReadLineAsync(Cancellation) ?? throw new InvalidOperationException("the writer ended by itself"), CultureInfo.InvariantCulture) + 1;
        // Somewhere within the next write or two.
        var moment = Stopwatch.GetTimestamp() + random.NextInt64(Stopwatch.Frequency / 100);
        while (Stopwatch.GetTimestamp() < moment) Thread.SpinWait(10);
        writer.Kill();
        while (await writer.ReadLineAsync(Cancellation) is { } line) acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
        return acknowledged;
    }
}
