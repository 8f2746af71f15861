using ClusterSearch.Gateway;
using ClusterSearch.Grains;
using ClusterSearch.Grains.Hosting;
using ClusterSearch.Hosting;
using ClusterSearch.Silo.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace ClusterSearch.Silo;

/// <summary>
/// The page and the HTTP API over a cluster: queries are embedded here and searched by the silos' shards, footage is registered here
/// and worked on by the silos. It calls silos and is none itself, so that its coming and going moves nothing.
/// </summary>
internal sealed class GatewayRole(Membership membership, GatewayOptions serving, ClusterSearchOptions searching, Action<string> tell)
{
    private static readonly TimeSpan ConnectAgainAfter = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(Func<CancellationToken, Task<ArchiveHost>> open, CancellationToken cancellation)
    {
        await using var archive = await open(cancellation);
        var database = await MemberHost.FindDatabaseAsync(membership, archive, cancellation);
        using var host = Build(archive, database);
        await MemberHost.StartAsync(host, membership, cancellation);
        var grains = host.Services.GetRequiredService<IClusterClient>();
        using var search = ClusterHosting.SearchBy(grains, archive.Ports!, archive.Options!, searching);
        var ingestion = ClusterHosting.IngestionBy(grains, archive.Ports!, archive.Options!);
        await using (var server = await GatewayServer.StartAsync(serving, search, ingestion, archive.Working, host.Services.GetRequiredService<ILoggerFactory>(), cancellation))
        {
            tell($"gateway of cluster {membership.ClusterId} serves {archive.Options!.Directory} at {string.Join(" ", server.Addresses)}; Ctrl-C stops");
            await server.RunAsync(cancellation);
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await host.StopAsync(limit.Token);
        return ExitCodes.Done;
    }

    private IHost Build(ArchiveHost archive, string? database)
    {
        var builder = MemberHost.NewBuilder(archive, tell);
        builder.UseOrleansClient(client =>
        {
            client.Join(membership, database);
            client.UseConnectionRetryFilter(WaitForSilosAsync);
        });
        return builder.Build();
    }

    /// <summary>Members are started in any order.</summary>
    private async Task<bool> WaitForSilosAsync(Exception fault, CancellationToken cancellation)
    {
        if (!_hasTold) tell($"waits for a silo of cluster {membership.ClusterId}: {fault.Message.ReplaceLineEndings(" ")}");
        _hasTold = true;
        await Task.Delay(ConnectAgainAfter, cancellation);
        return true;
    }

    private bool _hasTold;
}
