using ClusterSearch.Core;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>The process-wide part of ONNX Runtime, quiet: what goes wrong comes as an exception.</summary>
internal static class OnnxEnvironment
{
    private static readonly Lock s_gate = new();

    /// <exception cref="ClusterSearchException">environment.missing when the native library cannot be loaded.</exception>
    public static OrtEnv Start()
    {
        try
        {
            lock (s_gate)
            {
                if (OrtEnv.IsCreated) return OrtEnv.Instance();
                var options = new EnvironmentCreationOptions { logId = "clustersearch", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                return OrtEnv.CreateInstanceWithOptions(ref options);
            }
        }
        catch (Exception fault) when (fault is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"ONNX Runtime's native library cannot be loaded: {(fault.InnerException ?? fault).Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    /// <summary>For example "1.31.1".</summary>
    public static string Version => Start().GetVersionString();
}
