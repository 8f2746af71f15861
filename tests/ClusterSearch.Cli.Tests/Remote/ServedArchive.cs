using System.Text.Json.Nodes;
using ClusterSearch.Archive;
using ClusterSearch.Hosting;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Gateway;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Cli.Tests.Remote;

/// <summary>The repository's samples in an archive, and a gateway over it with a key of each role.</summary>
public sealed class ServedArchive : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ArchiveOpener _opener = new(new Settings(_ => null, Path.GetTempPath()));
    private ArchiveHost? _archive;
    private GatewayServer? _gateway;

    public Dictionary<Role, string> Keys { get; } = [];

    public string Url => _gateway!.Addresses.First();

    public string ArchiveDirectory => _directory.File("archive");

    /// <summary>The folder that the gateway calls "tapes": one short video.</summary>
    public string Root => _directory.File("tapes");

    /// <summary>For what a test writes.</summary>
    public string Scratch(string name) => _directory.File(name);

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Root);
        var keys = ApiKeys.None;
        foreach (var role in Enum.GetValues<Role>())
        {
            (keys, var secret) = keys.Add(role.ToString(), role, DateTimeOffset.UnixEpoch);
            Keys[role] = secret;
        }
        _archive = await _opener.OpenAsync(new ArchiveAddress(ArchiveDirectory, null) { Execution = new ModelOptions() }, OpenMode.Create, CancellationToken.None);
        await _archive.Ingestion.IngestAsync(new IngestRequest { Paths = [TestAssets.Samples] }, new Progress<IngestProgress>(), CancellationToken.None);
        _gateway = await GatewayServer.StartAsync(new GatewayOptions
        {
            Addresses = ["http://127.0.0.1:0"], Keys = keys, UploadDirectory = _directory.File("uploads"),
            Roots = new Dictionary<string, string> { ["tapes"] = Root },
        }, _archive.Search, _archive.Ingestion, _archive.Working, NullLoggerFactory.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_archive is not null) await _archive.DisposeAsync();
        _directory.Dispose();
    }

    internal Task<CommandRun> HereAsync(params string[] arguments) => CommandRun.Of(_opener,
        new CommandRun.Options { WorkingDirectory = _directory.Path }, [.. arguments, "--archive", ArchiveDirectory]);

    internal Task<CommandRun> ThroughAsync(params string[] arguments) => ThroughAsync(Role.Admin, arguments);

    internal Task<CommandRun> ThroughAsync(Role role, params string[] arguments) => CommandRun.Of(_opener,
        new CommandRun.Options { WorkingDirectory = _directory.Path, Variables = new() { ["CLUSTERSEARCH_GATEWAY"] = Url, ["CLUSTERSEARCH_KEY"] = Keys[role] } }, arguments);

    /// <summary>A short video that nobody else has.</summary>
    internal static async Task MakeVideoAsync(string path, string pattern)
    {
        using var ffmpeg = System.Diagnostics.Process.Start("ffmpeg",
            ["-nostdin", "-y", "-loglevel", "error", "-f", "lavfi", "-i", $"{pattern}=size=160x90:rate=10", "-t", "3", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    /// <summary>A document without what two runs never share: times, and how it was timed.</summary>
    internal static string Comparable(string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        document.Remove("timings");
        if (document["explanation"] is JsonArray lines) lines.RemoveAt(lines.Count - 1);
        return document.ToJsonString();
    }
}
