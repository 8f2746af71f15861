using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding;
using ClusterSearch.Testing;

namespace ClusterSearch.Pulling.Tests;

/// <summary>A host on this machine, a folder to install into, and the real loader. The host serves the starter as "own/starter".</summary>
public abstract class PullFixture : IDisposable
{
    protected const string Graph = "onnx/vision_model_quantized.onnx";

    private readonly TemporaryDirectory _directory = new();

    protected PullFixture() => Server.Serve("own/starter", TestAssets.StarterModel);

    protected ModelServer Server { get; } = new();

    protected string Models => _directory.File("models");

    protected string Unfinished => Path.Combine(Models, ".starter.pulling");

    protected static PullSettings Quick { get; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1), MaximumAttempts = 4 };

    public void Dispose()
    {
        Server.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Folder(string name) => _directory.File(name);

    protected PullRequest Request(string model = "own/starter") => new() { Model = model, Into = Models, Host = Server.Address };

    protected async Task<PullResult> PullAsync(
        PullRequest? request = null, PullSettings? settings = null, IProgress<PullProgress>? progress = null, IModelLoader? loader = null, CancellationToken cancellation = default)
    {
        using var puller = new ModelPuller(loader ?? new ModelLoader(), settings ?? Quick, new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        return await puller.PullAsync(request ?? Request(), progress ?? new Watch(_ => { }), cancellation);
    }

    protected async Task<ClusterSearchException> RefusedAsync(string code, PullRequest? request = null, PullSettings? settings = null)
    {
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync(request, settings));
        Assert.True(code == fault.Code, $"{code} was expected, {fault.Code} found: {fault.Message}");
        Assert.DoesNotContain('\n', fault.Message);
        Assert.False(Directory.Exists(Path.Combine(Models, "starter")), "a refused model was installed");
        return fault;
    }

    /// <summary>The installed folder holds these files of the source, byte for byte, and nothing else but where it is from.</summary>
    protected static void AssertInstalled(string source, PullResult result, params string[] except)
    {
        var installed = Directory.EnumerateFiles(result.Directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(result.Directory, path)).ToHashSet(StringComparer.Ordinal);
        Assert.True(installed.Remove("pulled.json"));
        Assert.Superset(new HashSet<string> { "config.json", "tokenizer.json", "preprocessor_config.json" }, installed);
        foreach (var file in installed)
            Assert.True(File.ReadAllBytes(Path.Combine(source, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(result.Directory, file))), file);
        Assert.Empty(installed.Intersect(except));
    }

    /// <summary>Reports where they happen, unlike Progress.</summary>
    protected sealed class Watch(Action<PullProgress> report) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => report(value);
    }
}
