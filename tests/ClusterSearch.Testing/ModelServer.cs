using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ClusterSearch.Testing;

/// <summary>
/// A host of models on this machine, with the file layout and the answers of the public hub: a list of files with sizes and
/// SHA-256, large files behind a redirect where <see cref="Storage"/> names one, ranges, entity tags. Faults are put in by tests.
/// </summary>
public sealed class ModelServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<(string File, DateTime Time), string> _hashes = new();
    private readonly ConcurrentDictionary<string, Repository> _repositories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> _statuses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _cuts = new(StringComparer.Ordinal);

    public ModelServer()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; }

    /// <summary>Whether /api answers; a plain file server has none.</summary>
    public bool HasList { get; set; } = true;

    /// <summary>Another server that graphs are redirected to.</summary>
    public ModelServer? Storage { get; set; }

    /// <summary>May change the list before it is sent.</summary>
    public Action<JsonObject>? ChangeList { get; set; }

    /// <summary>Waited for before each file is sent.</summary>
    public Func<string, Task> BeforeFile { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<ServedRequest> Requests { get; } = new();

    /// <summary>Requests for the contents of a file.</summary>
    public IReadOnlyList<ServedRequest> Gets(string file) =>
        [.. Requests.Where(request => request.Method == "GET" && request.Path.EndsWith("/" + file, StringComparison.Ordinal))];

    public void Serve(string repository, string directory, string commit = "0123456789abcdef0123456789abcdef01234567") =>
        _repositories[repository] = new Repository(directory, commit);

    /// <summary>Answers the next requests for a file with these statuses.</summary>
    public void FailNext(string file, params int[] statuses) => _statuses[file] = new ConcurrentQueue<int>(statuses);

    /// <summary>Cuts the connection once, after so many bytes of a file.</summary>
    public void CutOnce(string file, int afterBytes) => _cuts[file] = afterBytes;

    public void Dispose() => _listener.Close();

    private async Task AcceptAsync()
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
            _ = Task.Run(async () =>
            {
                try
                {
                    await AnswerAsync(context);
                    context.Response.Close();
                }
                catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
                {
                    context.Response.Abort();
                }
            });
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = Uri.UnescapeDataString(request.Url!.AbsolutePath).TrimStart('/');
        Requests.Enqueue(new ServedRequest(request.HttpMethod, "/" + path, request.Headers["Range"], request.Headers["If-Range"], request.Headers["Authorization"]));
        if (path.StartsWith("api/models/", StringComparison.Ordinal))
        {
            if (!HasList || Find(path["api/models/".Length..]) is not { } listed) response.StatusCode = 404;
            else await response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(List(listed).ToJsonString()));
            return;
        }
        var split = path.Split("/resolve/");
        if (split.Length != 2 || Find(split[0]) is not { } repository)
        {
            response.StatusCode = 404;
            return;
        }
        var name = split[1][(split[1].IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (_statuses.TryGetValue(name, out var statuses) && statuses.TryDequeue(out var status))
        {
            response.StatusCode = status;
            response.Headers["Retry-After"] = "0";
            return;
        }
        var file = Path.Combine(repository.Directory, name);
        if (!File.Exists(file))
        {
            response.StatusCode = 404;
            return;
        }
        var bytes = await File.ReadAllBytesAsync(file);
        response.Headers["X-Repo-Commit"] = repository.Commit;
        var isLarge = name.EndsWith(".onnx", StringComparison.Ordinal);
        if (isLarge) response.Headers["X-Linked-Size"] = bytes.Length.ToString(CultureInfo.InvariantCulture);
        if (isLarge) response.Headers["X-Linked-ETag"] = $"\"{Sha256(file)}\"";
        if (isLarge && Storage is not null)
        {
            response.Redirect($"{Storage.Address}/{path}");
            return;
        }
        if (request.HttpMethod == "GET") await BeforeFile(name);
        await SendAsync(context, name, file, bytes);
    }

    private async Task SendAsync(HttpListenerContext context, string name, string file, byte[] bytes)
    {
        var response = context.Response;
        var etag = $"\"{Sha256(file)[..32]}\"";
        response.Headers["ETag"] = etag;
        response.Headers["Accept-Ranges"] = "bytes";
        var from = 0;
        if (context.Request.Headers["Range"] is { } range && (context.Request.Headers["If-Range"] is not { } condition || condition == etag))
        {
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            if (from >= bytes.Length)
            {
                response.StatusCode = 416;
                response.Headers["Content-Range"] = $"bytes */{bytes.Length}";
                return;
            }
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }
        response.ContentLength64 = bytes.Length - from;
        if (context.Request.HttpMethod == "HEAD") return;
        if (_cuts.TryRemove(name, out var cut))
        {
            await response.OutputStream.WriteAsync(bytes.AsMemory(from, cut - from));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }
        await response.OutputStream.WriteAsync(bytes.AsMemory(from));
    }

    private JsonObject List(Repository repository)
    {
        var siblings = new JsonArray();
        foreach (var file in Directory.EnumerateFiles(repository.Directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var bytes = new FileInfo(file).Length;
            var entry = new JsonObject { ["rfilename"] = Path.GetRelativePath(repository.Directory, file), ["size"] = bytes };
            if (file.EndsWith(".onnx", StringComparison.Ordinal)) entry["lfs"] = new JsonObject { ["sha256"] = Sha256(file), ["size"] = bytes };
            siblings.Add(entry);
        }
        var list = new JsonObject { ["sha"] = repository.Commit, ["siblings"] = siblings };
        ChangeList?.Invoke(list);
        return list;
    }

    private Repository? Find(string path) =>
        _repositories.FirstOrDefault(entry => path == entry.Key || path.StartsWith(entry.Key + "/", StringComparison.Ordinal)).Value;

    private string Sha256(string file) => _hashes.GetOrAdd((file, File.GetLastWriteTimeUtc(file)), key => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(key.File))));

    private sealed record Repository(string Directory, string Commit);
}

public sealed record ServedRequest(string Method, string Path, string? Range, string? IfRange, string? Authorization);
