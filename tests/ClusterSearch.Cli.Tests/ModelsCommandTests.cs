using System.Net;
using System.Runtime.CompilerServices;
using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>Models listed, checked, fetched, switched and dropped; encodings named by every command.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeArchive _archive = new();
    private readonly ModelServer _server = new();

    /// <summary>Whatever proxies this machine has, a host on it is none of their business.</summary>
    [ModuleInitializer]
    internal static void UseNoProxy() => HttpClient.DefaultProxy = new WebProxy();

    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_list_tells_encodings_models_and_what_can_be_fetched()
    {
        _archive.Status = _archive.Status with { Encodings = [new EncodingProgress(_archive.Status.Encoding!, true, _archive.Status.Ledger, 0), _archive.Beside] };
        var json = (await Run("models", "list", "--json")).Json;
        Assert.Equal([("0123456789ab", true, 2, 2), ("ba9876543210", false, 2, 3)], json.GetProperty("encodings").EnumerateArray().Select(e =>
            (e.GetProperty("id").GetString(), e.GetProperty("active").GetBoolean(), e.GetProperty("completeVideos").GetInt32(), e.GetProperty("totalVideos").GetInt32())));
        var pinned = json.GetProperty("pinned").EnumerateArray().First();
        Assert.Equal("Xenova/clip-vit-base-patch32", pinned.GetProperty("repository").GetString());
        Assert.Empty(pinned.GetProperty("installed").EnumerateArray());
        var text = (await Run("models", "list")).Out;
        Assert.Contains("by searches", text);
        Assert.Contains("2 of 3", text);
        Assert.Contains("siglip2-base-patch16-224", text);

        // Models are listed without an archive too.
        _archive.OpenFault = new ClusterSearchException(ErrorCodes.ArchiveNotFound, "there is no archive");
        Assert.Equal((0, ""), ((await Run("models", "list")).ExitCode, (await Run("models", "list")).Error));
    }

    [Fact]
    public async Task A_check_runs_as_it_is_told()
    {
        await Run("models", "check", "starter", "--precision", "fp16", "--provider", "CUDA", "--device", "2");
        Assert.Equal(("fp16", "cuda", 2), (_archive.LoadedWith!.Precision, _archive.LoadedWith.Provider, _archive.LoadedWith.DeviceIds[0]));
        Assert.Equal(ExitCodes.Usage, (await Run("models", "check", "starter", "--provider", "tpu")).ExitCode);
    }

    [Fact]
    public async Task A_model_is_fetched_found_by_name_and_shown_in_the_list()
    {
        _server.Serve("own/clip-of-mine", TestAssets.StarterModel);
        var pull = await Run("models", "pull", "own/clip-of-mine", "--json");
        Assert.True(pull.ExitCode == 0, pull.Error);
        Assert.Equal((_directory.File("models/clip-of-mine"), "quantized", false),
            (pull.Json.GetProperty("directory").GetString(), pull.Json.GetProperty("precision").GetString(), pull.Json.GetProperty("wasThere").GetBoolean()));
        Assert.Contains("installed already", (await Run("models", "pull", $"{_server.Address}/own/clip-of-mine")).Out);

        await Run("ingest", ".", "--model", "clip-of-mine");
        Assert.Equal(_directory.File("models/clip-of-mine"), _archive.Ingested!.ModelDirectory);
        await Run("models", "check", "clip-of-mine");
        Assert.Equal(_directory.File("models/clip-of-mine"), _archive.LoadedModel);
        var listed = (await Run("models", "list", "--json")).Json.GetProperty("models").EnumerateArray();
        Assert.Equal(["clip-of-mine", "starter"], listed.Select(model => model.GetProperty("name").GetString()));
        Assert.Equal("own/clip-of-mine", listed.First().GetProperty("repository").GetString());

        // A directory of that name goes before the model.
        Directory.CreateDirectory(_directory.File("clip-of-mine"));
        await Run("ingest", ".", "--model", "clip-of-mine");
        Assert.Equal(_directory.File("clip-of-mine"), _archive.Ingested!.ModelDirectory);
    }

    [Fact]
    public async Task The_host_is_an_option_else_the_program_s_variable_else_that_of_Hugging_Face()
    {
        _server.Serve("own/model", TestAssets.StarterModel);
        Assert.Equal(0, (await RunWith(new() { ["HF_ENDPOINT"] = _server.Address, ["HF_TOKEN"] = "hf_secret" }, "models", "pull", "own/model")).ExitCode);
        Assert.All(_server.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));
        var into = _directory.File("elsewhere");
        Assert.Equal(0, (await RunWith(new() { ["HF_ENDPOINT"] = "http://127.0.0.1:9", ["CLUSTERSEARCH_MODEL_HOST"] = _server.Address }, "models", "pull", "own/model", "--into", into)).ExitCode);
        Assert.True(Directory.Exists(Path.Combine(into, "model")));
        Assert.Equal(0, (await RunWith(new() { ["CLUSTERSEARCH_MODEL_HOST"] = "http://127.0.0.1:9" }, "models", "pull", "own/model", "--host", _server.Address, "--into", _directory.File("third"))).ExitCode);
    }

    [Fact]
    public async Task What_cannot_be_fetched_or_used_is_one_line()
    {
        Assert.Equal(ExitCodes.Usage, (await Run("models", "pull", "no-such-name")).ExitCode);
        var missing = await Run("models", "pull", "own/none", "--json");
        Assert.Equal((ExitCodes.EnvironmentFault, ErrorCodes.ModelDownload), (missing.ExitCode, missing.Json.GetProperty("error").GetProperty("code").GetString()));
        _server.Serve("own/model", TestAssets.StarterModel);
        _archive.ModelFault = new ClusterSearchException(ErrorCodes.ModelUnsupported, "family 'x' is not supported yet");
        var refused = await Run("models", "pull", "own/model");
        Assert.Equal(ExitCodes.SomeFailed, refused.ExitCode);
        Assert.Contains("not installed", refused.Error);
    }

    [Fact]
    public async Task Searches_are_switched_and_an_encoding_is_dropped_by_id_name_or_directory()
    {
        var use = await Run("models", "use", "clip");
        Assert.Equal((0, "clip", false, OpenMode.Write), (use.ExitCode, _archive.Encoding, _archive.Forced, _archive.Opened[^1].Mode));
        Assert.Contains("searches use ba9876543210 (clip at 1/1) now, 0123456789ab (starter at 1/1) before", use.Out);
        var forced = (await Run("models", "use", "/models/siglip/", "--force", "--json")).Json;
        Assert.Equal(("siglip", true, 1), (_archive.Encoding, _archive.Forced, forced.GetProperty("missingVideos").GetInt32()));
        Assert.Equal("ba9876543210", forced.GetProperty("active").GetProperty("id").GetString());

        var drop = await Run("models", "drop", "ba98");
        Assert.Equal((0, "ba98"), (drop.ExitCode, _archive.Encoding));
        Assert.Contains("dropped ba9876543210 (clip at 1/1): 50 samples of 2 videos", drop.Out);
    }

    [Fact]
    public async Task Beside_the_present_encoding_no_footage_need_be_named()
    {
        _archive.Report = _archive.Report with { Encoding = _archive.Beside };
        var run = await Run("ingest", "--beside", "--model", "starter", "--precision", "quantized", "--rate", "2");
        Assert.Equal((0, true, "quantized"), (run.ExitCode, _archive.Ingested!.Beside, _archive.Ingested.Precision));
        Assert.Empty(_archive.Ingested.Paths);
        Assert.Contains("encoding ba9876543210 (clip at 1/1) holds 2 of 3 videos", run.Out);
        Assert.Equal("ba9876543210", (await Run("ingest", "--beside", "--rate", "2", "--json")).Json.GetProperty("encoding").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Commands_that_read_take_an_encoding()
    {
        await Run("search", "a cat", "--encoding", "abcd");
        Assert.Equal("abcd", _archive.Searched!.Encoding);
        await Run("export", "query", "a cat", "--out", _directory.File("q.npy"), "--encoding", "bcde");
        Assert.Equal("bcde", _archive.Searched!.Encoding);
        await Run("export", "vectors", "--video", "garden-walk.mp4", "--out", _directory.File("v.npy"), "--encoding", "cdef");
        Assert.Equal("cdef", _archive.Encoding);
        await Run("verify", "--digest", "--encoding", "0123");
        Assert.Equal("0123", _archive.Encoding);
        await Run("reindex", "--encoding", "4567");
        Assert.Equal("4567", _archive.Encoding);
        File.WriteAllText(_directory.File("judged.json"), """{ "queries": [{ "text": "a cat", "relevant": [] }] }""");
        await Run("eval", _directory.File("judged.json"), "--encoding", "89ab");
        Assert.Equal("89ab", _archive.Searched!.Encoding);
        await Run("search", "a cat");
        Assert.Null(_archive.Searched!.Encoding);
    }

    [Fact]
    public void Models_are_installed_where_the_variables_say()
    {
        Assert.Equal("/m", Find(new() { ["CLUSTERSEARCH_MODELS"] = "/m", ["XDG_DATA_HOME"] = "/x", ["HOME"] = "/h" }));
        Assert.Equal("/x/clustersearch/models", Find(new() { ["XDG_DATA_HOME"] = "/x", ["HOME"] = "/h" }));
        Assert.Equal("/h/.local/share/clustersearch/models", Find(new() { ["XDG_DATA_HOME"] = "relative", ["HOME"] = "/h" }));
        Assert.Null(Find([]));
        // The shipped starter is found beside the program whatever the variables say.
        Assert.Equal(TestAssets.StarterModel, ModelDirectories.Find(name => name == "CLUSTERSEARCH_MODELS" ? "/m" : null, AppContext.BaseDirectory).Starter);

        static string? Find(Dictionary<string, string> variables) => ModelDirectories.Find(variables.GetValueOrDefault, Path.GetTempPath()).Installed;
    }

    private Task<CommandRun> Run(params string[] arguments) => RunWith(new() { ["CLUSTERSEARCH_MODEL_HOST"] = _server.Address }, arguments);

    private Task<CommandRun> RunWith(Dictionary<string, string> variables, params string[] arguments) => CommandRun.Of(_archive,
        new CommandRun.Options { Variables = variables, WorkingDirectory = _directory.Path, InstalledModels = _directory.File("models") }, arguments);
}
