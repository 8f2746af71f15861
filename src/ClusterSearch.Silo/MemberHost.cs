using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Hosting;
using ClusterSearch.Silo.Clustering;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Silo;

/// <summary>What both roles do alike around Orleans' host.</summary>
internal static class MemberHost
{
    /// <returns>Connection string of Orleans' tables; null where members find each other without.</returns>
    public static async Task<string?> FindDatabaseAsync(Membership membership, ArchiveHost archive, CancellationToken cancellation) => membership.IsLocalhost
        ? null
        : await TransientRetry.UntilAnsweredAsync(TimeProvider.System, token => OrleansTables.RequireAsync(archive.CatalogAddress, token), cancellation);

    /// <summary>A bare host: no configuration of its own, faults a line each, everything to where telemetry goes.</summary>
    public static HostApplicationBuilder NewBuilder(ArchiveHost archive, Action<string> tell)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new ErrorLines(tell, category =>
            category.StartsWith("ClusterSearch", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Error));
        builder.Logging.AddProvider(new ForwardedLogs(archive.Ports!.Logs));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        return builder;
    }

    /// <exception cref="ClusterSearchException">environment.missing when a port is taken; cluster.unreachable.</exception>
    public static async Task StartAsync(IHost host, Membership membership, CancellationToken cancellation)
    {
        try
        {
            await host.StartAsync(cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            var cause = fault.GetBaseException();
            throw cause is System.Net.Sockets.SocketException or Microsoft.AspNetCore.Connections.AddressInUseException
                ? new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                    $"{membership.Address}: port {membership.SiloPort} or {membership.GatewayPort} cannot be opened ({cause.Message}); name others with --silo-port and --gateway-port", fault)
                : new ClusterSearchException(ErrorCodes.ClusterUnreachable, $"cluster {membership.ClusterId} could not be joined: {cause.Message}", fault);
        }
    }

    /// <summary>Until a stop is asked for.</summary>
    public static Task UntilAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stop.Register(() => stopped.TrySetResult());
        return stopped.Task;
    }

    private sealed class ForwardedLogs(ILoggerFactory logs) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

        public void Dispose()
        {
            // Whose they are closes them.
        }
    }
}
