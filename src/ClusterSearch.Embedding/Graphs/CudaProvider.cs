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
        if (available.Contains(Name))
        {
            // The runtime looks for NVIDIA's libraries when the provider is first asked for: better here than within a canary.
            using var trial = new SessionOptions();
            AppendOrThrow(trial, 0, Settings(null, false), isRegistered: false);
            return;
        }
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
    public static void Append(SessionOptions options, int deviceId, long? memoryLimit, bool allowTf32) =>
        AppendOrThrow(options, deviceId, Settings(memoryLimit, allowTf32), s_isRegistered);

    /// <summary>Whether the device and not the graph is to blame: it is not there, its driver fails, or its memory does not suffice.</summary>
    public static bool IsCauseOf(OnnxRuntimeException fault) => s_deviceFaults.Any(words => fault.Message.Contains(words, StringComparison.Ordinal));

    /// <summary>model.provider_missing, for a fault of the device.</summary>
    public static ClusterSearchException DeviceFault(int deviceId, OnnxRuntimeException fault) => new(ErrorCodes.ModelProvider,
        $"graphics processor {deviceId} cannot run the model: {OneLine(fault)}; check --device and --device-memory, `nvidia-smi` shows what is there", fault);

    // Of ONNX Runtime's cuda_call.cc and bfc_arena.cc.
    private static readonly string[] s_deviceFaults = ["CUDA failure", "CUDNN failure", "CUBLAS failure", "CUDA error", "Failed to allocate memory for requested buffer", "is smaller than requested bytes"];

    private static void AppendOrThrow(SessionOptions options, int deviceId, Dictionary<string, string> settings, bool isRegistered)
    {
        try
        {
            if (isRegistered) AppendRegistered(options, deviceId, settings);
            else AppendBuiltIn(options, deviceId, settings);
        }
        catch (OnnxRuntimeException fault)
        {
            throw MissingLibrary(fault.Message) is { } library
                ? new ClusterSearchException(ErrorCodes.ModelProvider,
                    $"the provider cuda needs NVIDIA's CUDA and cuDNN libraries of the versions that ONNX Runtime {OnnxEnvironment.Version} was built for, and {library} was not found; install them, or use the provider cpu", fault)
                : Missing(OneLine(fault), fault);
        }
    }

    /// <returns>The file that the loader did not find, such as "libcublasLt.so.13"; null where the message is of something else.</returns>
    public static string? MissingLibrary(string message)
    {
        const string Before = "with error: ", After = ": cannot open shared object file";
        var end = message.IndexOf(After, StringComparison.Ordinal);
        var start = end < 0 ? -1 : message.LastIndexOf(Before, end, StringComparison.Ordinal);
        return start < 0 ? null : message[(start + Before.Length)..end];
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
