using ClusterSearch.Archive;
using ClusterSearch.Core;

namespace ClusterSearch.Remote;

/// <summary>
/// An archive that somebody else's gateway serves: the same ports, over HTTP. What is made of files on this machine (pictures, footage) is sent;
/// what comes back (clips, sheets) is written here. Calls that work on the archive's own files throw <c>request.invalid</c>.
/// </summary>
public sealed class RemoteArchive : IAsyncDisposable
{
    private readonly GatewayConnection _gateway;

    public RemoteArchive(RemoteAddress address, TimeProvider time)
    {
        _gateway = new GatewayConnection(address);
        Search = new RemoteSearch(_gateway);
        Ingestion = new RemoteIngestion(_gateway, time);
        Working = new RemoteWorking(_gateway);
    }

    public ISearch Search { get; }

    public IIngestion Ingestion { get; }

    public IWorking Working { get; }

    public ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static ClusterSearchException OnlyThere(string what) =>
        new(ErrorCodes.RequestInvalid, $"{what}: works on the machine of the archive alone, not through a gateway");
}
