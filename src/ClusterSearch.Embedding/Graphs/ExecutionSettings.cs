using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>Where and how sessions run: provider, device, threads.</summary>
internal sealed class ExecutionSettings
{
    private const string Processor = "CPUExecutionProvider";

    private ExecutionSettings(bool isCuda, int deviceId, int threads) => (IsCuda, DeviceId, Threads) = (isCuda, deviceId, threads);

    public bool IsCuda { get; }

    public int DeviceId { get; }

    public int Threads { get; }

    public IReadOnlyList<string> Providers => IsCuda ? [CudaProvider.Name, Processor] : [Processor];

    /// <summary>For the encoder fingerprint: what kind of device decides the last bit.</summary>
    public string Device => IsCuda ? $"cuda/{GraphicsProcessor.Name(DeviceId)}" : $"cpu/{InstructionSet.Name}";

    /// <exception cref="ClusterSearchException">model.provider_missing, request.invalid.</exception>
    public static ExecutionSettings From(ModelOptions options)
    {
        if (options.IntraOpThreads < 0) throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"expected threads >= 0 (0: all cores), found {options.IntraOpThreads}");
        // ONNX Runtime's own 0 counts physical cores and ignores a container's share.
        var threads = options.IntraOpThreads > 0 ? options.IntraOpThreads : Environment.ProcessorCount;
        switch (options.Provider)
        {
            case "cpu":
                return new ExecutionSettings(false, 0, threads);
            case "cuda":
                CudaProvider.Require();
                return new ExecutionSettings(true, options.DeviceId, threads);
            default:
                throw new ClusterSearchException(ErrorCodes.ModelProvider, $"expected the provider cpu or cuda, found '{options.Provider}'");
        }
    }

    /// <summary>Graphs are optimised fully: for the starter's text graph that takes 14 ms at the start and halves a run (6 to 3 ms).</summary>
    public SessionOptions CreateOptions(ModelTowers tower)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // One text is too little work to share.
            IntraOpNumThreads = tower == ModelTowers.Text && !IsCuda ? 1 : Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Waiting threads would burn the cores that decode.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (!IsCuda) return options;
        try
        {
            CudaProvider.Append(options, DeviceId);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }
}
