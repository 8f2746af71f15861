using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class ModelsAndDoctorTests
{
    private readonly FakeArchive _archive = new();

    [Fact]
    public async Task Models_are_found_beside_the_program()
    {
        var json = (await CommandRun.Of(_archive, "models", "list", "--json")).Json;
        var starter = Assert.Single(json.GetProperty("models").EnumerateArray(), m => m.GetProperty("directory").GetString() == TestAssets.StarterModel);
        Assert.Equal("clustersearch-starter", starter.GetProperty("family").GetString());
        Assert.Contains("starter", (await CommandRun.Of(_archive, "models", "list")).Out);
    }

    [Fact]
    public async Task A_broken_model_in_the_list_says_why()
    {
        _archive.ModelFault = new ClusterSearchException(ErrorCodes.ModelIncomplete, "tokenizer.json is missing");
        var run = await CommandRun.Of(_archive, "models", "list", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(ErrorCodes.ModelIncomplete, run.Json.GetProperty("models")[0].GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_checked_model_tells_its_facts_canaries_and_speed()
    {
        var run = await CommandRun.Of(_archive, "models", "check", "starter", "--json");
        Assert.Equal((0, TestAssets.StarterModel), (run.ExitCode, _archive.LoadedModel));
        var json = run.Json;
        foreach (var name in (string[])["family", "dimension", "imageSize", "precision", "providers", "canaries", "imagesPerSecond", "textsPerSecond"])
            Assert.True(json.TryGetProperty(name, out _), name);
        Assert.Equal(("clustersearch-starter", 2, "quantized", true), (json.GetProperty("family").GetString(), json.GetProperty("dimension").GetInt32(),
            json.GetProperty("precision").GetString(), json.GetProperty("ok").GetBoolean()));
        Assert.Equal([4, 3], json.GetProperty("imageSize").EnumerateArray().Select(e => e.GetInt32()));
        Assert.True(json.GetProperty("imagesPerSecond").GetDouble() > 0);
        Assert.True(json.GetProperty("textsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task A_refused_model_exits_with_1_and_is_not_timed()
    {
        _archive.Model!.Canaries = [new CanaryResult("image.distinct", false, "two pictures gave one vector")];
        var run = await CommandRun.Of(_archive, "models", "check", "starter", "--json");
        Assert.Equal((ExitCodes.SomeFailed, false), (run.ExitCode, run.Json.GetProperty("ok").GetBoolean()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, run.Json.GetProperty("imagesPerSecond").ValueKind);
        Assert.Contains("REFUSED  image.distinct: two pictures gave one vector", (await CommandRun.Of(_archive, "models", "check", "starter")).Out);
    }

    [Fact]
    public async Task A_directory_that_is_no_model_exits_with_1()
    {
        _archive.ModelFault = new ClusterSearchException(ErrorCodes.ModelNotFound, "there is no model at /x");
        var run = await CommandRun.Of(_archive, "models", "check", "/x", "--json");
        Assert.Equal((ExitCodes.SomeFailed, ErrorCodes.ModelNotFound), (run.ExitCode, run.Json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task The_doctor_finds_a_whole_machine_whole()
    {
        using var directory = new TemporaryDirectory();
        var run = await CommandRun.Of(_archive, "doctor", "--archive", directory.File("archive"), "--json");
        Assert.Equal(["ffmpeg", "ffprobe", "onnxruntime", "model", "index kernels", "archive", "file system", "disk space", "write"],
            run.Json.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal((0, true), (run.ExitCode, run.Json.GetProperty("ok").GetBoolean()));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData("ffmpeg", "install ffmpeg")]
    [InlineData("onnxruntime", "CLUSTERSEARCH_ONNXRUNTIME=npm")]
    [InlineData("model", "give another one by --model DIR")]
    [InlineData("archive", "--archive DIR")]
    public async Task What_is_missing_is_told_with_what_to_do(string missing, string advice)
    {
        switch (missing)
        {
            case "ffmpeg": _archive.FootageFault = new(ErrorCodes.EnvironmentMissing, "ffmpeg is not on the PATH"); break;
            case "onnxruntime": _archive.ModelFault = new(ErrorCodes.EnvironmentMissing, "libonnxruntime.so cannot be loaded"); break;
            case "model": _archive.ModelFault = new(ErrorCodes.ModelIncomplete, "tokenizer.json is missing"); break;
            default: _archive.OpenFault = new ClusterSearchException(ErrorCodes.ArchiveVersion, "the archive is of version 9"); break;
        }
        var run = await CommandRun.Of(_archive, "doctor", "--json");
        Assert.Equal((ExitCodes.EnvironmentFault, false), (run.ExitCode, run.Json.GetProperty("ok").GetBoolean()));
        var check = Assert.Single(run.Json.GetProperty("checks").EnumerateArray(), c => c.GetProperty("state").GetString() == "missing");
        Assert.Equal(missing, check.GetProperty("name").GetString());
        Assert.Contains(advice, check.GetProperty("advice").GetString());
        Assert.Contains($"missing  {missing}", (await CommandRun.Of(_archive, "doctor")).Out);
    }

    [Fact]
    public async Task No_archive_yet_is_nothing_to_mend()
    {
        _archive.OpenFault = new ClusterSearchException(ErrorCodes.ArchiveNotFound, "there is no archive");
        Assert.Equal(0, (await CommandRun.Of(_archive, "doctor")).ExitCode);
    }
}
