using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>Clients that send a byte a second, and clients that ask for much and read nothing. Each notes when it is cut off.</summary>
internal sealed class HostileClients : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<TcpClient> _clients = [];
    private readonly List<Task<double?>> _lives = [];

    public int Count => _clients.Count;

    /// <param name="url">The gateway's.</param>
    /// <param name="each">So many drip a body, so many drip headers, so many never read answers.</param>
    public static async Task<HostileClients> StartAsync(string url, int each)
    {
        var hostile = new HostileClients();
        var address = new Uri(url);
        var body = """{"parts":[{"kind":"text","text":"a cat"}],"limit":200}""";
        for (var i = 0; i < each; i++)
        {
            await hostile.AddAsync(address, $"POST /api/v1/search HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{", drips: true);
            await hostile.AddAsync(address, $"GET /api/v1/videos HTTP/1.1\r\nHost: {address.Authority}\r\nX-Slow: ", drips: true);
            // A search and then far more than fits into buffers, of which nothing is taken: those of the system fill, then the gateway's.
            await hostile.AddAsync(address, $"POST /api/v1/search HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
                + string.Concat(Enumerable.Repeat($"GET /page.js HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n", 100)), drips: false);
        }
        return hostile;
    }

    /// <summary>Seconds after which each was cut off; null for one that still stands when this ends.</summary>
    public async Task<IReadOnlyList<double?>> EndAsync()
    {
        await _end.CancelAsync();
        return await Task.WhenAll(_lives);
    }

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        _end.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AddAsync(Uri address, string text, bool drips)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        _clients.Add(client);
        _lives.Add(LiveAsync(client.GetStream(), drips));
    }

    private async Task<double?> LiveAsync(NetworkStream stream, bool drips)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _end.Token);
                // A byte for a connection that is gone is answered with a reset, and the next one fails.
                if (drips) await stream.WriteAsync("x"u8.ToArray(), _end.Token);
                else if (stream.Socket.Poll(0, SelectMode.SelectError)) return Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (IOException)
        {
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
}
