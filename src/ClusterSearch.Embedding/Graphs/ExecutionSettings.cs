using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>Where and how sessions run: provider, devices, threads.</summary>
internal sealed record ExecutionSettings
{
    private const string Processor = "CPUExecutionProvider";

    private ExecutionSettings()
    {
    }

    public bool IsCuda { get; private init; }

    /// <summary>CUDA devices, of one kind; a single 0 on the processor.</summary>
    public IReadOnlyList<int> DeviceIds { get; private init; } = [0];

    public int Threads { get; private init; }

    public long? DeviceMemoryLimit { get; private init; }

    public bool AllowTf32 { get; private init; }

    public IReadOnlyList<string> Providers => IsCuda ? [CudaProvider.Name, Processor] : [Processor];

    /// <summary>For the encoder fingerprint: what kind of device decides the last bit.</summary>
    public string Device => IsCuda ? $"cuda/{GraphicsProcessor.Name(DeviceIds[0])}{(AllowTf32 ? "+tf32" : "")}" : $"cpu/{InstructionSet.Name}";

    /// <exception cref="ClusterSearchException">model.provider_missing, request.invalid.</exception>
    public static ExecutionSettings From(ModelOptions options)
    {
        if (options.IntraOpThreads < 0) throw Invalid($"expected threads >= 0 (0: all cores), found {options.IntraOpThreads}");
        switch (options.Provider)
        {
            case "cpu":
                return OnProcessor(options.IntraOpThreads);
            case "cuda":
                RequireDevices(options);
                CudaProvider.Require();
                return OnProcessor(options.IntraOpThreads) with
                {
                    IsCuda = true,
                    DeviceIds = [.. options.DeviceIds],
                    DeviceMemoryLimit = options.DeviceMemoryLimit,
                    AllowTf32 = options.AllowTf32,
                };
            default:
                throw new ClusterSearchException(ErrorCodes.ModelProvider, $"expected the provider cpu or cuda, found '{options.Provider}'");
        }
    }

    /// <param name="threads">0: all cores. ONNX Runtime's own 0 counts physical cores and ignores a container's share.</param>
    public static ExecutionSettings OnProcessor(int threads) => new() { Threads = threads > 0 ? threads : Environment.ProcessorCount };

    /// <summary>Graphs are optimised fully: for the starter's text graph that takes 14 ms at the start and halves a run (6 to 3 ms).</summary>
    /// <param name="deviceId">One of <see cref="DeviceIds"/>.</param>
    public SessionOptions CreateOptions(ModelTowers towers, int deviceId)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // One text is too little work to share.
            IntraOpNumThreads = towers == ModelTowers.Text && !IsCuda ? 1 : Threads,
            InterOpNumThreads = 1,
            // A plan of all memory in one block takes a third more of it on the processor, and no less time (docs/benchmarks/embedding.md).
            EnableMemoryPattern = IsCuda,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Waiting threads would burn the cores that decode.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (!IsCuda) return options;
        try
        {
            CudaProvider.Append(options, deviceId, DeviceMemoryLimit, AllowTf32);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static void RequireDevices(ModelOptions options)
    {
        var devices = options.DeviceIds;
        if (devices.Count == 0 || devices.Any(device => device < 0) || devices.Distinct().Count() != devices.Count)
            throw Invalid($"expected CUDA device numbers >= 0, each once, found {(devices.Count == 0 ? "none" : string.Join(", ", devices))}");
        if (options.DeviceMemoryLimit is <= 0) throw Invalid($"expected a memory limit above 0 bytes, found {options.DeviceMemoryLimit}");
        var kinds = devices.Select(GraphicsProcessor.Name).ToList();
        var other = kinds.FindIndex(kind => kind != kinds[0]);
        if (other > 0 && GraphicsProcessor.IsKnown(kinds[0]) && GraphicsProcessor.IsKnown(kinds[other]))
            throw Invalid($"CUDA device {devices[0]} is {kinds[0]} and device {devices[other]} is {kinds[other]}: a vector's bits would depend on which one ran; use devices of one kind");
    }

    private static ClusterSearchException Invalid(string message) => new(ErrorCodes.RequestInvalid, message);
}
