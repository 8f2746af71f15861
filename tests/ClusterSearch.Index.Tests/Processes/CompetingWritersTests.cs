using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests.Processes;

public class CompetingWritersTests
{
    private const int Competitors = 2;
    private const int LossesEach = 4;
    private const int StoredEach = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_processes_that_take_the_role_from_each_other_every_acknowledged_write_is_found_and_no_lost_one()
    {
        using var directory = new TemporaryDirectory();
        // Made before they start: two processes may not make one catalogue at once.
        await (await SharedIndex.OpenAsync(directory.Path)).DisposeAsync();
        var seed = Environment.TickCount;
        OtherProcess[] processes = [.. Enumerable.Range(1, Competitors).Select(number => OtherProcess.Competitor(directory.Path, seed, number))];
        try
        {
            TaskCompletionSource[] havePlayed = [.. processes.Select(_ => new TaskCompletionSource())];
            var reading = processes.Select((process, i) => ReadAsync(process, havePlayed[i])).ToList();
            // Together: one that is left alone loses nothing any more.
            await Task.WhenAll(havePlayed.Select(one => one.Task)).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
            foreach (var process in processes) process.Kill();
            var histories = await Task.WhenAll(reading);
            await using var index = await SharedIndex.OpenAsync(directory.Path);
            using var snapshot = await index.Store.SnapshotAsync(History.Encoding, Cancellation);
            var found = (await snapshot.ListVideosAsync(Cancellation)).ToHashSet();
            for (var i = 0; i < Competitors; i++)
            {
                var (stored, lost, unknown) = histories[i];
                Assert.All(stored, number => Assert.True(found.Remove(Competitor.Video(i + 1, number)), $"seed {seed}: process {i + 1} stored {number}, it is not found"));
                Assert.All(lost, number => Assert.False(found.Contains(Competitor.Video(i + 1, number)), $"seed {seed}: process {i + 1} lost {number}, it is found"));
                // One whose answer was lost may be there, and so may the one that was under way when the process was killed.
                foreach (var number in unknown.Append(stored.Concat(lost).Concat(unknown).Max() + 1)) found.Remove(Competitor.Video(i + 1, number));
            }
            Assert.True(found.Count == 0, $"seed {seed}: nobody wrote {string.Join(' ', found)}");
            Assert.Empty(await index.Store.VerifyAsync(Cancellation));
        }
        finally
        {
            foreach (var process in processes) process.Dispose();
        }
    }

    private static async Task<(List<int> Stored, List<int> Lost, List<int> Unknown)> ReadAsync(OtherProcess process, TaskCompletionSource hasPlayed)
    {
        var (stored, lost, unknown) = (new List<int>(), new List<int>(), new List<int>());
        while (await process.ReadLineAsync(Cancellation) is { } line)
        {
            // The point shows a line to be whole.
            if (line.Split(' ') is not [var what, var number, "."]) continue;
            (what switch { "stored" => stored, "lost" => lost, _ => unknown }).Add(int.Parse(number, CultureInfo.InvariantCulture));
            if (lost.Count >= LossesEach && stored.Count >= StoredEach) hasPlayed.TrySetResult();
        }
        hasPlayed.TrySetException(new InvalidOperationException("a writer ended by itself"));
        return (stored, lost, unknown);
    }
}
