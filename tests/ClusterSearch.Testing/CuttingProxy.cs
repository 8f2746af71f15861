using System.Net;
using System.Net.Sockets;

namespace ClusterSearch.Testing;

/// <summary>
/// Stands between client and server and forwards what they say. Told to, it takes the client's next words to the server and cuts
/// the connection when the answer comes, without delivering it: the server did what the client will never hear of.
/// </summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _serverPort;
    private int _cuts;

    /// <param name="serverPort">Of loopback.</param>
    /// <param name="address">Where clients come in; null: loopback.</param>
    public CuttingProxy(int serverPort, IPAddress? address = null)
    {
        _serverPort = serverPort;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that are refused, after cuts, until this is false again.</summary>
    public bool IsDown { get; set; }

    public int Cuts => _cuts;

    /// <summary>Cut before the next answer.</summary>
    public bool IsArmed { get; set; }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        {
            if (IsDown) return;
            using var server = new TcpClient(AddressFamily.InterNetwork);
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            var asking = PumpAsync(client.GetStream(), server.GetStream(), mayCut: false);
            var answering = PumpAsync(server.GetStream(), client.GetStream(), mayCut: true);
            await Task.WhenAny(asking, answering);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool mayCut)
    {
        var buffer = new byte[65536];
        try
        {
            for (int count; (count = await from.ReadAsync(buffer)) > 0;)
            {
                if (mayCut && IsArmed)
                {
                    IsArmed = false;
                    Interlocked.Increment(ref _cuts);
                    return;
                }
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or SocketException)
        {
            // The other side is gone.
        }
    }
}
