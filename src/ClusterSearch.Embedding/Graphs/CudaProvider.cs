using System.Globalization;
using ClusterSearch.Core;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// CUDA, by one of two ways: a runtime that was built with it (NuGet's Microsoft.ML.OnnxRuntime.Gpu) takes it by name; one
/// that was not (npm's) takes it as a library that lies beside the program and registers itself.
/// </summary>
internal static class CudaProvider
{
    public const string Name = "CUDAExecutionProvider";

    private const string LibraryName = "libonnxruntime_providers_cuda.so";
    private const string Registration = "clustersearch-cuda";

    private static readonly Lock s_gate = new();
    private static bool s_isRegistered;

    /// <exception cref="ClusterSearchException">model.provider_missing, with the runtime's own reason.</exception>
    public static void Require()
    {
        var environment = OnnxEnvironment.Start();
        var available = environment.GetAvailableProviders();
        if (available.Contains(Name)) return;
        var library = Path.Combine(AppContext.BaseDirectory, LibraryName);
        if (!File.Exists(library)) throw Missing($"it offers only {string.Join(", ", available)}, and no {LibraryName} lies beside the program");
        try
        {
            lock (s_gate)
            {
                if (s_isRegistered) return;
                environment.RegisterExecutionProviderLibrary(Registration, library);
                s_isRegistered = true;
            }
        }
        catch (OnnxRuntimeException fault)
        {
            throw Missing(OneLine(fault), fault);
        }
    }

    /// <param name="memoryLimit">Bytes of the device's memory that the session may take; null: no limit.</param>
    /// <exception cref="ClusterSearchException">model.provider_missing.</exception>
    public static void Append(SessionOptions options, int deviceId, long? memoryLimit, bool allowTf32)
    {
        var settings = Settings(memoryLimit, allowTf32);
        try
        {
            if (s_isRegistered) AppendRegistered(options, deviceId, settings);
            else AppendBuiltIn(options, deviceId, settings);
        }
        catch (OnnxRuntimeException fault)
        {
            throw Missing(OneLine(fault), fault);
        }
    }

    public static Dictionary<string, string> Settings(long? memoryLimit, bool allowTf32)
    {
        var settings = new Dictionary<string, string>
        {
            // An exhaustive search may choose another algorithm, and so other bits, at every start.
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            // By powers of two the arena would take up to twice what the one batch shape needs.
            ["arena_extend_strategy"] = "kSameAsRequested",
            ["use_tf32"] = allowTf32 ? "1" : "0",
        };
        if (memoryLimit is { } bytes) settings["gpu_mem_limit"] = bytes.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    private static void AppendBuiltIn(SessionOptions options, int deviceId, Dictionary<string, string> settings)
    {
        using var cuda = new OrtCUDAProviderOptions();
        settings["device_id"] = deviceId.ToString(CultureInfo.InvariantCulture);
        cuda.UpdateOptions(settings);
        options.AppendExecutionProvider_CUDA(cuda);
    }

    private static void AppendRegistered(SessionOptions options, int deviceId, Dictionary<string, string> settings)
    {
        var environment = OnnxEnvironment.Start();
        var devices = environment.GetEpDevices().Where(device => device.EpName == Name).ToList();
        if (deviceId >= devices.Count) throw Missing($"device {deviceId} was asked for, and {devices.Count} were found");
        options.AppendExecutionProvider(environment, [devices[deviceId]], settings);
    }

    private static string OneLine(Exception fault) => fault.Message.ReplaceLineEndings(" ");

    private static ClusterSearchException Missing(string found, Exception? cause = null) =>
        new(ErrorCodes.ModelProvider,
            $"the provider cuda needs an ONNX Runtime with CUDA, and NVIDIA's CUDA and cuDNN libraries; ONNX Runtime {OnnxEnvironment.Version} here cannot give it: {found}. "
            + "Build with -p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime.Gpu (or -p:OnnxRuntimeSource=npm -p:OnnxRuntimeCuda=true), or use the provider cpu", cause);
}
