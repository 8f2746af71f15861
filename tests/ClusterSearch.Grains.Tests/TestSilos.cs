using System.Collections.Concurrent;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Hosting;
using ClusterSearch.Grains.Working;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.TestingHost;

namespace ClusterSearch.Grains.Tests;

/// <summary>
/// Real silos in this process over one archive, each with its own way into it, as separate processes have. A killed one is cut
/// off from the catalogue first, so that nothing it does afterwards counts, as nothing of a dead process does.
/// </summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly Func<string, Func<ICatalog, ICatalog>?, Task<OpenedArchive>> _open;
    private readonly ConcurrentDictionary<string, Member> _members = new(StringComparer.Ordinal);

    // Opened before the silos that take them: what configures a silo may not wait.
    private readonly ConcurrentQueue<Member> _opened = new();
    private readonly Func<int, Accelerator> _accelerators;
    private readonly SiloSettings _settings;
    private InProcessTestCluster _cluster = null!;
    private OpenedArchive _gateway = null!;
    private SearchEngine _search = null!;
    private int _count;

    private TestSilos(Func<string, Func<ICatalog, ICatalog>?, Task<OpenedArchive>> open, Func<int, Accelerator> accelerators, SiloSettings settings) =>
        (_open, _accelerators, _settings) = (open, accelerators, settings);

    /// <summary>Calls of grains, by the silo that they ran on.</summary>
    public ConcurrentQueue<(string Silo, string Interface)> Calls { get; } = new();

    public InProcessTestCluster Cluster => _cluster;

    public IIngestion Ingestion { get; private set; } = null!;

    public ISearch Search => _search;

    public OpenedArchive Gateway => _gateway;

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<InProcessSiloHandle> Silos => [.. _cluster.Silos.OrderBy(silo => silo.Name, StringComparer.Ordinal)];

    /// <param name="silos">At the start.</param>
    /// <param name="accelerators">What the n-th silo states, from 0.</param>
    public static async Task<TestSilos> StartAsync(
        string directory, DrawnFootage footage, int silos, Func<int, Accelerator> accelerators, SiloSettings? settings = null, Func<ICatalog, ICatalog>? before = null,
        Func<IVectorStore, IVectorStore>? vectorsBefore = null)
    {
        var made = new TestSilos((name, wrap) => OpenedArchive.OpenAsync(directory, footage, name, before: catalog =>
        {
            var seen = name == "gateway" || before is null ? catalog : before(catalog);
            return wrap is null ? seen : wrap(seen);
        }, vectorsBefore: vectorsBefore), accelerators, settings ?? new SiloSettings());
        await made.DeployAsync(silos);
        return made;
    }

    private async Task DeployAsync(int silos)
    {
        _gateway = await _open("gateway", null);
        for (var silo = 0; silo < silos; silo++) await OpenOneAsync();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) => Configure(options.SiloName, silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _search = ClusterHosting.SearchBy(_cluster.Client, _gateway.Ports, _gateway.Options, _settings.Search);
        Ingestion = ClusterHosting.IngestionBy(_cluster.Client, _gateway.Ports, _gateway.Options);
    }

    private async Task OpenOneAsync()
    {
        var life = new Lifeline();
        _opened.Enqueue(new Member(await _open($"silo {Interlocked.Increment(ref _count)}", life.Before), life));
    }

    private void Configure(string name, ISiloBuilder silo)
    {
        Assert.True(_opened.TryDequeue(out var member));
        _members[name] = member!;
        var archive = member!.Archive;
        silo.AddClusterSearch(archive.Ports, archive.Options, new SiloWorkOptions
        {
            Name = $"{name}/1",
            // Silo_0, Silo_1, …
            Accelerator = _accelerators(int.Parse(name[(name.IndexOf('_') + 1)..])),
            Work = new WorkRequest { Slots = _settings.Slots, LeaseDuration = _settings.LeaseDuration, Retries = RetryPolicy.AtOnce, MinimumFreeBytes = 0, Grace = _settings.Grace },
            ReminderPeriod = _settings.ReminderPeriod,
        });
        // A silo that is gone is missed sooner than in life.
        silo.Configure<ClusterMembershipOptions>(options => options.ProbeTimeout = TimeSpan.FromSeconds(2));
        silo.UseInMemoryReminderService();
        silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
        silo.AddMemoryStreams(ClusterHosting.HintsProvider, streams => streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly));
        silo.AddIncomingGrainCallFilter(async context =>
        {
            Calls.Enqueue((name, context.InterfaceName));
            await _settings.AroundCall(name, context);
        });
    }

    /// <summary>kill -9: from now on nothing of the silo reaches the catalogue, and it leaves without a word.</summary>
    public async Task KillAsync(InProcessSiloHandle silo)
    {
        _members[silo.Name].Life.Cut();
        await _cluster.KillSiloAsync(silo);
    }

    public async Task<InProcessSiloHandle> AddAsync()
    {
        await OpenOneAsync();
        return await _cluster.StartAdditionalSiloAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        foreach (var member in _members.Values) await member.Archive.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private sealed record Member(OpenedArchive Archive, Lifeline Life);
}

/// <summary>How test silos are set up.</summary>
internal sealed record SiloSettings
{
    public int? Slots { get; init; }

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ReminderPeriod { get; init; } = TimeSpan.FromMinutes(1);

    public ClusterSearchOptions Search { get; init; } = new() { Shards = 4, ShardDeadline = TimeSpan.FromSeconds(20) };

    /// <summary>Stands around every call of a grain on a silo.</summary>
    public Func<string, IIncomingGrainCallContext, Task> AroundCall { get; init; } = (_, context) => context.Invoke();
}
