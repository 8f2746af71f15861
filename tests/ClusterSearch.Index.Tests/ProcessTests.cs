using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Catalog;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests;

/// <summary>Other stores and other processes on the same directory.</summary>
public sealed class ProcessTests : IndexFixture
{
    private string CatalogPath => Path.Combine(Path.GetDirectoryName(IndexDirectory)!, "catalog.db");

    [Fact]
    public async Task A_second_writer_is_refused_until_the_first_is_gone()
    {
        var units = Units(new Random(31), 0, 20, Dimension);
        var first = await OpenAsync();
        await PutAsync(first, 1, 0, units);
        await using var second = await OpenAsync();
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PutAsync(second, 2, 0, units));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        Assert.Equal(20, await CountAsync(second));
        await first.DisposeAsync();
        await PutAsync(second, 2, 0, units);
        Assert.Equal(40, await CountAsync(second));
    }

    [Fact]
    public async Task Another_store_sees_new_data_at_its_next_snapshot_and_its_old_one_reads_removed_files()
    {
        var random = new Random(32);
        await using var writer = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, MergeWidth = 2 });
        await using var reader = await OpenAsync();
        await PutAsync(writer, 1, 0, Units(random, 0, 100, Dimension));
        var query = Direction(random, Dimension);
        using var old = await reader.SnapshotAsync(Encoding, Cancellation);
        var before = (await old.SearchSamplesAsync([query], VectorFilter.None, 200, Cancellation))[0];
        var oldSegments = Segments;
        for (var video = 2; video < 12; video++)
        {
            await PutAsync(writer, video, 0, Units(random, 0, 100, Dimension));
            Assert.Equal(100 * video, await CountAsync(reader));
        }
        Assert.Empty(oldSegments.Intersect(Segments));
        Assert.Equal(before, (await old.SearchSamplesAsync([query], VectorFilter.None, 200, Cancellation))[0]);
        // An encoding made anew is not taken for the old one, however alike their histories.
        await writer.DeleteEncodingAsync(Encoding, Cancellation);
        await PutAsync(writer, 1, 0, Units(random, 0, 50, Dimension));
        Assert.Equal(50, await CountAsync(reader));
        await writer.DeleteEncodingAsync(Encoding, Cancellation);
        await PutAsync(writer, 1, 0, Units(random, 0, 60, Dimension));
        Assert.Equal(60, await CountAsync(reader));
        Assert.Equal(before, (await old.SearchSamplesAsync([query], VectorFilter.None, 200, Cancellation))[0]);
    }

    [Fact]
    public async Task Readers_at_work_while_a_writer_merges_see_whole_states_only()
    {
        var random = new Random(33);
        await using var writer = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, MergeWidth = 2 });
        await using var other = await OpenAsync();
        await PutAsync(writer, 1, 0, Units(random, 0, 64, Dimension));
        using var done = new CancellationTokenSource();
        var reading = new[] { writer, other }.Select(store => Task.Run(async () =>
        {
            var reads = 0;
            for (; !done.IsCancellationRequested; reads++)
            {
                var count = await CountAsync(store);
                Assert.True(count > 0 && count % 64 == 0, $"{count} samples were found, of replacements of 64");
            }
            return reads;
        }, Cancellation)).ToList();
        for (var i = 0; i < 60; i++)
            await writer.ReplaceAsync(Encoding, [Replacement(1 + i % 9, 0, 64, Units(random, 0, 64, Dimension))], Cancellation);
        await done.CancelAsync();
        Assert.All(await Task.WhenAll(reading), reads => Assert.True(reads > 10));
    }

    [Fact]
    public async Task A_disposed_snapshot_is_refused_and_takes_no_memory_from_under_a_search()
    {
        var random = new Random(34);
        await using var store = await OpenAsync();
        await PutAsync(store, 1, 0, Units(random, 0, 3000, Dimension));
        for (var i = 0; i < 30; i++)
        {
            var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
            // The snapshot alone holds the files from here on.
            await store.DeleteEncodingAsync(Encoding, Cancellation);
            var searching = Task.Run(async () => await snapshot.SearchSamplesAsync([Direction(new Random(i), Dimension)], VectorFilter.None, 3000, Cancellation), Cancellation);
            if (i % 2 == 0) await Task.Yield();
            snapshot.Dispose();
            try
            {
                Assert.Equal(3000, (await searching)[0].Count);
            }
            catch (ObjectDisposedException)
            {
                // Disposed before it began.
            }
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await snapshot.CountAsync(VectorFilter.None, Cancellation));
            await PutAsync(store, 1, 0, Units(random, 0, 3000, Dimension));
        }
    }

    [Fact]
    public async Task Kill_9_at_any_moment_loses_nothing_that_was_acknowledged()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var stored = -1;
        await using var catalog = await SqliteCatalog.OpenAsync(CatalogPath, new SqliteCatalogOptions(), Cancellation);
        for (var round = 0; round < 6; round++)
        {
            using var writer = Process.Start(new ProcessStartInfo("dotnet")
            {
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "ClusterSearch.Index.Crash.dll"), CatalogPath, IndexDirectory, Encoding, (stored + 1).ToString(CultureInfo.InvariantCulture) },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            var killAfter = stored + random.Next(3, 40);
            var kill = Task.CompletedTask;
            while (await writer.StandardOutput.ReadLineAsync(Cancellation) is { } line)
            {
                if (line.Split(' ') is not ["stored", var number, "."]) continue;
                stored = int.Parse(number, CultureInfo.InvariantCulture);
                if (stored < killAfter || !kill.IsCompleted) continue;
                kill = Task.Delay(random.Next(0, 15), Cancellation).ContinueWith(_ => writer.Kill(), TaskScheduler.Default);
                killAfter = int.MaxValue;
            }
            await kill;
            await writer.WaitForExitAsync(Cancellation);

            await using var store = await OpenAsync(manifests: catalog.Manifests);
            Assert.Empty(await store.VerifyAsync(Cancellation));
            using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
            for (var video = 0; video < 7; video++)
            {
                var expected = Enumerable.Range(0, stored + 1).Where(n => n % 7 == video).Select(n => 16L * (n / 7)).ToList();
                var found = (await snapshot.ListUnitsAsync(Id(video), Cancellation)).Select(unit => unit.FirstSample).ToList();
                // The one that was on its way may have arrived.
                Assert.True(found.SequenceEqual(expected) || ((stored + 1) % 7 == video && found.SequenceEqual([.. expected, 16L * ((stored + 1) / 7)])),
                    $"seed {seed}, round {round}: {stored} was acknowledged, video {video} has {string.Join(' ', found)}");
            }
        }
        Assert.True(stored > 15, $"only {stored} replacements came through");

        // What was left over is swept by the next writer.
        await File.WriteAllTextAsync(Path.Combine(EncodingDirectory, "000000000001-left.seg"), "half", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(EncodingDirectory, "999999999999-left.manifest"), "half", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(EncodingDirectory, "note.txt"), "not ours", Cancellation);
        await using (var store = await OpenAsync(manifests: catalog.Manifests))
        {
            await store.DeleteVideoAsync(Id(0), Encoding, Cancellation);
            await store.DeleteVideoAsync(Id(1), Encoding, Cancellation);
        }
        var name = (await catalog.Manifests.CurrentAsync(Encoding, Cancellation))!;
        var live = Manifest.Read(Path.Combine(EncodingDirectory, name))!.Segments;
        // What the last change replaced stays for readers that are opening it: a merge replaces as many segments as it is wide.
        Assert.True(FileNames.Length <= live.Count + 2 + 1 + new EmbeddedIndexOptions().MergeWidth,
            $"of {live.Count} live segments, two manifests, a note, and what one merge replaced: {string.Join(' ', FileNames)}");
        Assert.DoesNotContain(FileNames, file => file.Contains("left", StringComparison.Ordinal));
        Assert.Contains("note.txt", FileNames);
    }
}
