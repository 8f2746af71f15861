using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Hosting;
using ClusterSearch.Grains.Working;
using ClusterSearch.Testing;
using Orleans.Runtime;
using Orleans.Streams;

namespace ClusterSearch.Grains.Tests;

/// <summary>Messages that are lost, repeated or come from nowhere cost time and nothing else.</summary>
public sealed class HintTests
{
    private const int Seconds = 24;
    private static readonly TimeSpan ChunkDuration = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task With_every_hint_lost_the_ledger_is_read_all_the_same()
    {
        var lost = 0;
        await RunAsync(new SiloSettings
        {
            AroundCall = async (_, context) =>
            {
                if (IsHint(context)) Interlocked.Increment(ref lost);
                else await context.Invoke();
            },
        }, (_, _) => Task.CompletedTask);
        Assert.True(lost > 6, $"only {lost} hints were lost");
    }

    [Fact]
    public async Task Hints_that_come_five_times_and_for_nothing_change_nothing() => await RunAsync(new SiloSettings(), async (silos, clips) =>
    {
        var grains = silos.Cluster.Client;
        foreach (var video in await silos.Search.ListVideosAsync(CancellationToken.None))
            for (var i = 0; i < 5; i++)
                await grains.GetGrain<IVideoGrain>(video.Id.Value).LookAsync();
        // A video that nobody knows.
        await grains.GetGrain<IVideoGrain>(new string('f', VideoId.Length)).LookAsync();
        var encoding = (await silos.Gateway.Ports.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        foreach (var video in await silos.Search.ListVideosAsync(CancellationToken.None))
            for (var i = 0; i < 5; i++)
                await grains.GetGrain<IAggregatorGrain>(VideoKey.Of(encoding, video.Id)).AdvanceAsync(CancellationToken.None);
        var again = await silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = ChunkDuration }, new Progress<IngestProgress>(), CancellationToken.None);
        Assert.Equal((0, 2), (again.Added, again.Unchanged));
    });

    [Fact]
    public async Task An_offer_that_comes_twice_has_one_chunk_done_and_gives_the_other_back()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 1);
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), new DrawnFootage(), 2, _ => Accelerator.None);
        var report = await silos.Ingestion.IngestAsync(
            new IngestRequest { Paths = [clips], ChunkDuration = ChunkDuration, Detach = true }, new Progress<IngestProgress>(), CancellationToken.None);
        Assert.Equal(1, report.Added);
        var catalog = silos.Gateway.Ports.Catalog;
        var video = (await catalog.ListVideosAsync(CancellationToken.None))[0].Id;
        var encoding = (await catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var offer = new PermitOffer
        {
            Permit = Guid.NewGuid(),
            Silo = silos.Silos[0].SiloAddress,
            Worker = "nobody/1/0",
            Encoding = encoding,
            EncoderFingerprint = "drawn/1",
            LeaseDuration = TimeSpan.FromMinutes(10),
        };
        var grain = silos.Cluster.Client.GetGrain<IVideoGrain>(video.Value);
        // No silo has an accelerator, so the orders find no place; and none knows the permit.
        Assert.True(await grain.OfferAsync(offer, CancellationToken.None));
        Assert.True(await grain.OfferAsync(offer, CancellationToken.None));
        var chunks = await catalog.ListChunksAsync(video, encoding, CancellationToken.None);
        Assert.Equal(2, chunks.Count(chunk => chunk.State == ChunkState.Leased));
        Assert.All(chunks, chunk => Assert.Equal((0, 0), (chunk.Attempts, chunk.Lapses)));
    }

    [Fact]
    public async Task A_reminder_has_the_ledger_read_until_nothing_is_left()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 1);
        var (held, goOn) = (0, new TaskCompletionSource());
        var footage = new DrawnFootage
        {
            BeforeDecoding = async (_, cancellation) =>
            {
                Interlocked.Increment(ref held);
                await goOn.Task.WaitAsync(cancellation);
            },
        };
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), footage, 2, _ => Accelerator.Cpu,
            new SiloSettings { ReminderPeriod = TimeSpan.FromMilliseconds(300) });
        var ingest = silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = ChunkDuration }, new Progress<IngestProgress>(), CancellationToken.None);
        await Eventually.TrueAsync("chunks are under way", () => held > 0);
        int Reminded() => silos.Calls.Count(call => call.Interface.EndsWith(nameof(IRemindable), StringComparison.Ordinal));
        await Eventually.TrueAsync("the reminder comes", () => Reminded() >= 2);
        goOn.SetResult();
        await ingest;
        var still = -1;
        await Eventually.TrueAsync("the reminder is gone", async () =>
        {
            var before = still;
            still = Reminded();
            await Task.Delay(700);
            return still == Reminded() && still >= before;
        });
    }

    private static async Task RunAsync(SiloSettings settings, Func<TestSilos, string, Task> afterwards)
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), Seconds, 1, 2);
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), new DrawnFootage(), 2, _ => Accelerator.Cpu, settings);
        await silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = ChunkDuration }, new Progress<IngestProgress>(), CancellationToken.None);
        await afterwards(silos, clips);
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        var verified = await silos.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(verified.Problems);
        Assert.Equal(reference.Digest, verified.Digest);
    }

    /// <summary>Looks, nudges, reminders, and whatever streams deliver.</summary>
    private static bool IsHint(IIncomingGrainCallContext context) =>
        context.InterfaceMethod.Name is nameof(IVideoGrain.LookAsync) or nameof(IPermitBrokerGrain.NudgeAsync) or nameof(IRemindable.ReceiveReminder)
        || context.InterfaceMethod.Name.StartsWith("Deliver", StringComparison.Ordinal);
}
