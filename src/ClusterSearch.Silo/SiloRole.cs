using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Grains.Hosting;
using ClusterSearch.Grains.Working;
using ClusterSearch.Hosting;
using ClusterSearch.Silo.Clustering;
using ClusterSearch.Silo.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace ClusterSearch.Silo;

/// <summary>
/// A silo from start to end. Start: the archive is opened, Orleans' tables are looked for, the silo joins. Stop: no chunk is begun,
/// those under way get the grace, the silo leaves the cluster, the archive is closed.
/// </summary>
/// <param name="health">Where GET /health answers; null: nowhere.</param>
internal sealed class SiloRole(Membership membership, SiloWorkOptions options, string? health, Action<string> tell)
{
    /// <summary>For leaving the cluster, after the grace.</summary>
    private static readonly TimeSpan LeavingLimit = TimeSpan.FromSeconds(30);

    public async Task<int> RunAsync(Func<CancellationToken, Task<ArchiveHost>> open, CancellationToken cancellation)
    {
        await using var archive = await open(cancellation);
        var database = await MemberHost.FindDatabaseAsync(membership, archive, cancellation);
        using var host = Build(archive, database);
        await MemberHost.StartAsync(host, membership, cancellation);
        await using (health is null ? null : await HealthServer.StartAsync(health, () => HealthDocument.Of(host.Services, membership, options.Accelerator), cancellation))
        {
            tell($"silo {membership.Address}:{membership.SiloPort} is in cluster {membership.ClusterId} ({options.Accelerator.Kind}, {options.Capacity} chunks at once{(health is null ? "" : $", health at {health}")}); Ctrl-C stops");
            await MemberHost.UntilAsync(cancellation);
            using var limit = new CancellationTokenSource(options.Work.Grace + LeavingLimit);
            await host.StopAsync(limit.Token);
        }
        tell("silo has left");
        return ExitCodes.Done;
    }

    private IHost Build(ArchiveHost archive, string? database)
    {
        var builder = MemberHost.NewBuilder(archive, tell);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Work.Grace + LeavingLimit);
        builder.UseOrleans(silo =>
        {
            silo.Join(membership, database);
            silo.AddClusterSearch(archive.Ports!, archive.Options!, options);
        });
        return builder.Build();
    }
}
