using System.Text.Json.Nodes;
using ClusterSearch.Core;
using ClusterSearch.Testing;

namespace ClusterSearch.Pulling.Tests;

/// <summary>Hosts that fail, lie or mean harm.</summary>
public sealed class PullFaultTests : PullFixture
{
    [Fact]
    public async Task A_file_that_is_not_the_announced_one_is_refused_and_deleted()
    {
        Server.ChangeList = list => Entry(list, Graph)["lfs"]!["sha256"] = new string('0', 64);
        var fault = await RefusedAsync(ErrorCodes.ModelChecksum);
        Assert.Contains(Graph, fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Unfinished, Graph + ".part")));
        Assert.False(File.Exists(Path.Combine(Unfinished, Graph)));
    }

    [Theory]
    [InlineData(-1, "the host sends more")]
    [InlineData(+1, "the host has")]
    public async Task A_file_of_another_size_than_announced_is_refused(int difference, string reason)
    {
        Server.ChangeList = list => Entry(list, "tokenizer.json")["size"] = Entry(list, "tokenizer.json")["size"]!.GetValue<long>() + difference;
        Assert.Contains(reason, (await RefusedAsync(ErrorCodes.ModelDownload)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_requests_and_passing_faults_are_waited_out()
    {
        Server.FailNext("config.json", 429, 503);
        Server.FailNext(Graph, 500);
        AssertInstalled(TestAssets.StarterModel, await PullAsync());
        Assert.Equal(3, Server.Gets("config.json").Count);
    }

    [Fact]
    public async Task A_host_that_stays_broken_is_given_up_with_what_was_fetched_kept()
    {
        Server.FailNext(Graph, 502, 502, 502, 502, 502, 502);
        var fault = await RefusedAsync(ErrorCodes.ModelDownload);
        Assert.True(fault.IsTransient);
        Assert.Contains("answered 502, 4 times", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Unfinished, "onnx/text_model_quantized.onnx")));
    }

    [Fact]
    public async Task Nobody_listening_is_one_line()
    {
        var gone = new ModelServer();
        gone.Dispose();
        Assert.True((await RefusedAsync(ErrorCodes.ModelDownload, Request() with { Host = gone.Address })).IsTransient);
    }

    [Theory]
    [InlineData("own/no-such-model", true, "no model in the layout")]
    [InlineData("own/no-such-model", false, "no model in the layout")]
    [InlineData("no-such-pinned-name", true, "no pinned name")]
    [InlineData("own/../starter", true, "no pinned name")]
    [InlineData("own/..", true, "no pinned name")]
    public async Task What_is_not_there_is_told(string model, bool hasList, string reason)
    {
        Server.HasList = hasList;
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync(Request(model)));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_vanished_from_behind_the_list_is_named()
    {
        Server.FailNext(Graph, 404);
        var fault = await RefusedAsync(ErrorCodes.ModelDownload);
        Assert.Contains($"has no {Graph}", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.IsTransient);
    }

    [Theory]
    [InlineData("../../evil.onnx")]
    [InlineData("onnx/../../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("onnx\\..\\evil")]
    [InlineData("onnx//evil")]
    [InlineData("./evil")]
    [InlineData("C:evil")]
    [InlineData("evil\n.json")]
    [InlineData("")]
    public async Task A_list_with_names_that_lead_elsewhere_is_refused_as_a_whole(string name)
    {
        Server.ChangeList = list => list["siblings"]!.AsArray().Add(new JsonObject { ["rfilename"] = name, ["size"] = 3 });
        var fault = await RefusedAsync(ErrorCodes.ModelDownload);
        Assert.Contains("outside the model's folder", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Gets("config.json"));
    }

    [Theory]
    [InlineData("""{"siblings":"none"}""")]
    [InlineData("""{"siblings":[{"name":"x"}]}""")]
    [InlineData("""{"siblings":[5]}""")]
    [InlineData("""{}""")]
    public async Task A_list_of_another_shape_is_none(string json)
    {
        Server.ChangeList = list =>
        {
            list.Clear();
            foreach (var (name, value) in JsonNode.Parse(json)!.AsObject()) list[name] = value?.DeepClone();
        };
        AssertInstalled(TestAssets.StarterModel, await PullAsync());
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused_before_anything_is_fetched()
    {
        Server.ChangeList = list => Entry(list, Graph)["lfs"]!["size"] = long.MaxValue / 2;
        var fault = await RefusedAsync(ErrorCodes.ModelDiskFull);
        Assert.Contains("are free", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Gets("config.json"));
    }

    [Fact]
    public async Task A_model_that_the_loader_refuses_is_not_installed_and_not_fetched_again()
    {
        var broken = StarterVariant.Make(Folder("broken"));
        await File.WriteAllTextAsync(Path.Combine(broken, "tokenizer.json"), "{ \"model\": { \"type\": \"Lattice\" } }");
        // What config.json states of the file would be refused for its checksum.
        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(broken, "config.json")))!.AsObject();
        config.Remove("files");
        await File.WriteAllTextAsync(Path.Combine(broken, "config.json"), config.ToJsonString());
        Server.Serve("own/starter", broken);
        var fault = await RefusedAsync(ErrorCodes.ModelUnsupported);
        Assert.Contains("it was fetched whole and not installed", fault.Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorCodes.ModelUnsupported);
        Assert.Single(Server.Gets(Graph));
    }

    [Fact]
    public async Task A_model_whose_canaries_fail_is_not_installed()
    {
        var fixture = TestAssets.ModelFixture("bad/constant-vision");
        Assert.SkipWhen(TestAssets.Missing(fixture) is not null, TestAssets.Missing(fixture) ?? "");
        Server.Serve("bad/starter", fixture);
        await RefusedAsync(ErrorCodes.ModelCanary, Request("bad/starter"));
    }

    [Fact]
    public async Task A_host_that_contradicts_the_pinned_list_is_refused()
    {
        Server.Serve("Xenova/clip-vit-base-patch32", TestAssets.StarterModel);
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => PullAsync(Request("clip-vit-base-patch32")));
        Assert.Equal(ErrorCodes.ModelChecksum, fault.Code);
        Assert.Contains("pinned are", fault.Message, StringComparison.Ordinal);
        // Another revision is not what the list speaks of.
        Assert.Equal("clip-vit-base-patch32", (await PullAsync(Request("clip-vit-base-patch32") with { Revision = "main" })).Name);
    }

    private static JsonObject Entry(JsonObject list, string file) =>
        list["siblings"]!.AsArray().Single(entry => entry!["rfilename"]!.GetValue<string>() == file)!.AsObject();
}
