using System.Net.Sockets;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Clusters;

/// <summary>
/// Milvus from a folder with start-milvus.sh and stop-milvus.sh: one process without a container, its data in the cluster's
/// directory. The scripts start it in the background; a shell stands in for it, ends when it ends, and ends it when told to.
/// </summary>
internal static class MilvusMember
{
    /// <summary>Names the folder where --milvus does not.</summary>
    public const string Variable = "CLUSTERSEARCH_MILVUS_BUNDLE";

    private const string Keep = """
        stop() { "$1/stop-milvus.sh" "$2"; exit 0; }
        trap 'stop "$1" "$2"' TERM
        "$1/start-milvus.sh" "$2" || exit 1
        server=$(cat "$2/milvus.pid")
        while kill -0 "$server" 2>/dev/null; do sleep 1 & wait $!; done
        echo "the server has ended; its log is in $2/logs" >&2
        exit 1
        """;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);

    /// <param name="bundle">The folder of the scripts.</param>
    /// <param name="data">The server's own.</param>
    /// <exception cref="ClusterSearchException">environment.missing.</exception>
    public static MemberPlan PlanFor(string bundle, string data) => File.Exists(Path.Combine(bundle, "start-milvus.sh")) && File.Exists(Path.Combine(bundle, "stop-milvus.sh"))
        ? new MemberPlan
        {
            Name = "milvus",
            Command = ["/bin/bash", "-c", Keep, "milvus", bundle, data],
            IsReady = cancellation => AnswersAsync(data, cancellation),
            StartLimit = StartLimit,
            StopSignal = ProcessIdentity.Terminate,
        }
        : throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"--milvus: expected a folder with start-milvus.sh and stop-milvus.sh, found none of these in {bundle}");

    /// <summary>"http://127.0.0.1:19530", once it is ready.</summary>
    public static string AddressOf(string data) => File.ReadAllText(AddressFile(data)).Trim();

    /// <summary>The address is written once the server is ready; one that an earlier server left leads nowhere.</summary>
    private static async Task<bool> AnswersAsync(string data, CancellationToken cancellation)
    {
        if (!File.Exists(AddressFile(data)) || !Uri.TryCreate(AddressOf(data), UriKind.Absolute, out var address)) return false;
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host, address.Port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string AddressFile(string data) => Path.Combine(data, "milvus.url");
}
