using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClusterSearch.Cli.Tests;

/// <summary>Takes whatever is exported by OTLP over HTTP and keeps the bodies; names stand in them as plain bytes.</summary>
internal sealed class OtlpCollector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string Body)> _requests = new();
    private readonly string _address;

    public OtlpCollector()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        }
        _listener.Prefixes.Add(_address);
        _listener.Start();
        _ = Task.Run(ReceiveAsync);
    }

    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public string Received(string path) => string.Concat(_requests.Where(request => request.Path == path).Select(request => request.Body));

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new StreamReader(context.Request.InputStream, Encoding.Latin1);
            _requests.Enqueue((context.Request.Url!.AbsolutePath, await body.ReadToEndAsync()));
            context.Response.Close();
        }
    }
}
