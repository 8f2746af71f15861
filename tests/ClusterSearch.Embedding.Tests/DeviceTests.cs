using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>Several sessions, and the options of devices that this machine need not have.</summary>
public class DeviceTests
{
    [Fact]
    public void Runs_go_to_the_least_busy_session_and_take_turns()
    {
        var file = OnnxFile.Read(Path.Combine(TestAssets.StarterModel, "onnx", "text_model_quantized.onnx"));
        using var first = new GraphSession(file, ExecutionSettings.OnProcessor(1), ModelTowers.Text);
        using var second = new GraphSession(file, ExecutionSettings.OnProcessor(1), ModelTowers.Text);
        var lanes = new SessionLanes([first, second]);
        var order = new List<int>();
        for (var i = 0; i < 3; i++) lanes.Run((session, lane) => order.Add(session == first ? lane : 10 + lane));
        Assert.Equal([0, 11, 0], order);
        order.Clear();
        // One under way on the second, so the next two both go to the first.
        lanes.Run((_, outer) => lanes.Run((_, inner) =>
        {
            order.AddRange([outer, inner]);
            lanes.Run((_, third) => lanes.Run((_, fourth) => order.AddRange([third, fourth])));
        }));
        Assert.Equal([1, 0, 1, 0], order);
        Assert.Throws<InvalidOperationException>(() => lanes.Run((_, _) => throw new InvalidOperationException()));
        // A run that failed is no longer under way.
        order.Clear();
        for (var i = 0; i < 2; i++) lanes.Run((_, lane) => order.Add(lane));
        Assert.Equal([0, 1], order);
    }

    [Fact]
    public void Several_sessions_warmed_up_give_the_same_bits_as_one()
    {
        var directory = ModelCopy.Fixture("siglip-tiny");
        using var model = new ModelLoader().Load(directory, new ModelOptions());
        var graph = GraphFile.Open(Path.Combine(directory, "onnx", "vision_model.onnx"));
        var preparation = new PicturePreparation(PreprocessorConfig.Read(Path.Combine(directory, "preprocessor_config.json"), PreprocessingDefaults.Siglip));
        var image = ImageGraph.From(graph, graph.File.Outputs[1], 48, 224, 224, 8);
        using var first = new GraphSession(graph.File, ExecutionSettings.OnProcessor(1), ModelTowers.Image);
        using var second = new GraphSession(graph.File, ExecutionSettings.OnProcessor(1), ModelTowers.Image);
        using var encoder = new ImageEncoder(preparation, image, text: null, [first, second], warmsUp: true);

        var prepared = new float[3 * encoder.PreparedLength];
        for (var i = 0; i < 3; i++) encoder.Prepare(CanaryPictures.All[i], prepared.AsSpan(i * encoder.PreparedLength, encoder.PreparedLength));
        var expected = new float[3 * 48];
        model.Images.Encode(prepared, 3, expected, []);
        Parallel.For(0, 8, _ =>
        {
            var vectors = new float[3 * 48];
            encoder.Encode(prepared, 3, vectors, []);
            Assert.Equal(expected, vectors);
        });
    }

    [Theory]
    [InlineData(new int[0], null, "found none")]
    [InlineData(new[] { 0, -1 }, null, "found 0, -1")]
    [InlineData(new[] { 1, 1 }, null, "each once, found 1, 1")]
    [InlineData(new[] { 0 }, 0L, "memory limit above 0 bytes")]
    public void Devices_that_cannot_be_are_refused(int[] devices, long? memory, string named)
    {
        var options = new ModelOptions { Provider = "cuda", DeviceIds = devices, DeviceMemoryLimit = memory };
        var fault = Assert.Throws<ClusterSearchException>(() => ExecutionSettings.From(options));
        Assert.Equal(ErrorCodes.RequestInvalid, fault.Code);
        Assert.Contains(named, fault.Message);
    }

    [Fact]
    public void A_library_of_NVIDIAs_that_is_missing_is_named_by_its_file()
    {
        // As Microsoft.ML.OnnxRuntime.Gpu 1.31.0 says it on a machine without CUDA.
        const string Said = "[ErrorCode:Fail] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2043 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() "
            + "[ONNXRuntimeError] : 1 : FAIL : Failed to load library /app/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n";
        Assert.Equal("libcublasLt.so.13", CudaProvider.MissingLibrary(Said));
        Assert.Null(CudaProvider.MissingLibrary("CUDA failure 101: invalid device ordinal"));
    }

    [Fact]
    public void A_canary_that_finds_no_device_says_nothing_about_the_model()
    {
        var list = new CanaryList("image", CancellationToken.None);
        Assert.False(list.Add("finite", () => throw new ClusterSearchException(ErrorCodes.ModelBroken, "broken")));
        Assert.Throws<ClusterSearchException>(() => list.Add("finite", () => throw new ClusterSearchException(ErrorCodes.ModelProvider, "no device")));
        Assert.Equal("broken", Assert.Single(list.Results).Reason);
    }

    [Fact]
    public void CUDA_is_asked_for_the_same_bits_at_every_start()
    {
        var settings = CudaProvider.Settings(memoryLimit: null, allowTf32: false);
        Assert.Equal("HEURISTIC", settings["cudnn_conv_algo_search"]);
        Assert.Equal("0", settings["use_tf32"]);
        Assert.False(settings.ContainsKey("gpu_mem_limit"));
        settings = CudaProvider.Settings(memoryLimit: 6_000_000_000, allowTf32: true);
        Assert.Equal(("6000000000", "1"), (settings["gpu_mem_limit"], settings["use_tf32"]));
    }
}
