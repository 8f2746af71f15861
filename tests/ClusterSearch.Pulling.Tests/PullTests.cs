using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding;
using ClusterSearch.Pulling.Files;
using ClusterSearch.Testing;

namespace ClusterSearch.Pulling.Tests;

/// <summary>Whole pulls, and pulls that go on.</summary>
public sealed class PullTests : PullFixture
{
    [Fact]
    public async Task A_model_is_installed_whole_and_can_be_used()
    {
        var seen = new List<PullProgress>();
        var result = await PullAsync(progress: new Watch(seen.Add));
        Assert.Equal(("starter", "quantized", false), (result.Name, result.Model.Precision, result.WasThere));
        AssertInstalled(TestAssets.StarterModel, result);
        using (var model = new ModelLoader().Load(result.Directory, new ModelOptions()))
        using (var original = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions()))
            Assert.Equal(original.Facts.Hash, model.Facts.Hash);
        // Nothing half-done is left, and nothing of what the model does not need.
        Assert.Equal(["starter"], Directory.EnumerateDirectories(Models).Select(path => Path.GetFileName(path)));
        Assert.False(File.Exists(Path.Combine(result.Directory, "MODEL_CARD.md")));
        Assert.Equal(seen[^1].BytesTotal, result.Model.Bytes);
        Assert.All(seen, progress => Assert.InRange(progress.BytesDone, 0, progress.BytesTotal));
        Assert.All(result.Model.Files.Where(file => file.Path.EndsWith(".onnx", StringComparison.Ordinal)), file => Assert.NotNull(file.Sha256));

        // Again: found, and nobody is asked.
        var before = Server.Requests.Count;
        var again = await PullAsync();
        Assert.True(again.WasThere);
        Assert.Equal(before, Server.Requests.Count);
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", InstalledModel.Find(again.Directory)!.Commit);
    }

    [Theory]
    [InlineData("clip-tiny", null, "fp32")]
    [InlineData("openclip-tiny", "fp32", "fp32")]
    public async Task Models_of_other_families_come_as_they_are(string name, string? precision, string expected)
    {
        var fixture = TestAssets.ModelFixture(name);
        Assert.SkipWhen(TestAssets.Missing(fixture) is not null, TestAssets.Missing(fixture) ?? "");
        Server.Serve($"some/{name}", fixture);
        var result = await PullAsync(Request($"{Server.Address}/some/{name}/tree/main") with { Host = null, Precision = precision });
        Assert.Equal((name, expected), (result.Name, result.Model.Precision));
        AssertInstalled(fixture, result, "onnx/model.onnx");
    }

    [Fact]
    public async Task A_host_without_a_list_is_asked_file_by_file()
    {
        Server.HasList = false;
        var result = await PullAsync();
        AssertInstalled(TestAssets.StarterModel, result);
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", result.Model.Commit);
        Assert.NotNull(result.Model.Files.First(file => file.Path == Graph).Sha256);
    }

    [Fact]
    public async Task Another_precision_is_another_folder()
    {
        var result = await PullAsync(Request() with { Precision = "quantized" });
        Assert.Equal("starter-quantized", Path.GetFileName(result.Directory));
        var missing = await RefusedAsync(ErrorCodes.ModelDownload, Request() with { Precision = "fp16" });
        Assert.Contains("no graphs in precision fp16", missing.Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.RequestInvalid, Request() with { Precision = "fp8" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Weights_beside_a_graph_come_with_it(bool hasList)
    {
        Server.HasList = hasList;
        var source = Folder("weights");
        foreach (var file in new[] { "config.json", "preprocessor_config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1", "onnx/other.onnx_data" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(source, file))!);
            await File.WriteAllTextAsync(Path.Combine(source, file), file);
        }
        Server.Serve("some/weights", source);
        // The files are no model: what is fetched is asked here, not whether it runs.
        var loader = new AcceptingLoader();
        var result = await PullAsync(Request("some/weights"), loader: loader);
        AssertInstalled(source, result, "onnx/other.onnx_data");
        Assert.Contains("onnx/model.onnx_data", result.Model.Files.Select(file => file.Path));
        Assert.Contains("onnx/model.onnx_data_1", result.Model.Files.Select(file => file.Path));
        Assert.Equal("fp32", Assert.Single(loader.Loaded).Precision);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_taken_up_where_it_ended()
    {
        Server.CutOnce(Graph, 3_000_000);
        var result = await PullAsync();
        AssertInstalled(TestAssets.StarterModel, result);
        var gets = Server.Gets(Graph);
        Assert.Equal(2, gets.Count);
        Assert.Null(gets[0].Range);
        // The cut strikes the sender: what had arrived by then may be less.
        Assert.InRange(long.Parse(gets[1].Range!["bytes=".Length..^1]), 1, 3_000_000);
        Assert.NotNull(gets[1].IfRange);
    }

    [Fact]
    public async Task An_interrupted_pull_leaves_its_parts_and_the_next_one_goes_on()
    {
        using var stop = new CancellationTokenSource();
        Server.CutOnce(Graph, 4_000_000);
        // Ctrl-C while the lost connection is being mourned.
        var waiting = Quick with { RetryDelay = TimeSpan.FromMinutes(1) };
        var pulling = PullAsync(settings: waiting, cancellation: stop.Token);
        while (Server.Gets(Graph).Count == 0 || !File.Exists(Path.Combine(Unfinished, Graph + ".part"))) await Task.Delay(10);
        stop.CancelAfter(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pulling);
        var part = new FileInfo(Path.Combine(Unfinished, Graph + ".part"));
        Assert.True(part.Exists && part.Length > 0);
        Assert.False(Directory.Exists(Path.Combine(Models, "starter")));

        var length = part.Length;
        var result = await PullAsync();
        AssertInstalled(TestAssets.StarterModel, result);
        Assert.Equal($"bytes={length}-", Server.Gets(Graph)[^1].Range);
        // What was finished was not fetched again.
        Assert.Single(Server.Gets("onnx/text_model_quantized.onnx"));
        Assert.Single(Server.Gets("config.json"));
    }

    [Fact]
    public async Task Parts_of_another_state_of_the_repository_are_not_gone_on_with()
    {
        await LeavePartAsync();
        var moved = StarterVariant.Make(Folder("variant"));
        Server.Serve("own/starter", moved, commit: new string('b', 40));
        var result = await PullAsync();
        AssertInstalled(moved, result);
        Assert.Null(Server.Gets(Graph)[^1].Range);
        Assert.Equal(new string('b', 40), result.Model.Commit);
    }

    [Fact]
    public async Task A_part_that_turns_out_to_be_of_something_else_is_fetched_anew()
    {
        await LeavePartAsync();
        var part = Path.Combine(Unfinished, Graph + ".part");
        var bytes = await File.ReadAllBytesAsync(part);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(part, bytes);
        AssertInstalled(TestAssets.StarterModel, await PullAsync());
    }

    [Fact]
    public async Task Two_pulls_of_one_model_exclude_one_another()
    {
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        Server.BeforeFile = _ =>
        {
            begun.TrySetResult();
            return goOn.Task;
        };
        var first = PullAsync();
        await begun.Task;
        Assert.True((await RefusedAsync(ErrorCodes.ModelBusy)).IsTransient);
        goOn.SetResult();
        AssertInstalled(TestAssets.StarterModel, await first);
    }

    [Fact]
    public async Task What_is_installed_is_never_replaced()
    {
        var first = await PullAsync();
        var other = await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync(Request() with { Revision = new string('c', 40) }));
        Assert.Contains("archives may use it", other.Message, StringComparison.Ordinal);
        Assert.True((await PullAsync(Request() with { Revision = "main" })).WasThere);

        File.Delete(Path.Combine(first.Directory, "pulled.json"));
        var strange = await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync());
        Assert.Contains("--into", strange.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(first.Directory, Graph)));
    }

    private async Task LeavePartAsync()
    {
        Server.CutOnce(Graph, 4_000_000);
        await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync(settings: Quick with { MaximumAttempts = 1 }));
        Assert.True(new FileInfo(Path.Combine(Unfinished, Graph + ".part")).Length > 0);
    }

    /// <summary>Finds nothing wrong with any folder.</summary>
    private sealed class AcceptingLoader : IModelLoader
    {
        public List<ModelOptions> Loaded { get; } = [];

        public IImageTextModel Load(string directory, ModelOptions options)
        {
            Loaded.Add(options);
            return new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions());
        }
    }
}
