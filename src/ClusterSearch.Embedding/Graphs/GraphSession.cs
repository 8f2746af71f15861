using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>
/// One graph, loaded on first use; runs may overlap. The session is made from the path, not from bytes, so that weights
/// kept in files beside it are found; a tower cut out of a combined graph is told where they lie.
/// </summary>
/// <param name="towers">What of the graph is used; decides the threads.</param>
/// <param name="deviceId">One of the settings' devices.</param>
internal sealed class GraphSession(OnnxFile file, ExecutionSettings settings, ModelTowers towers, int deviceId = 0) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RunOptions _runOptions = new();
    private InferenceSession? _session;
    private bool _isDisposed;

    /// <summary>Runs the graph on values in the given order of names, into values that the caller owns.</summary>
    /// <exception cref="ClusterSearchException">model.broken.</exception>
    public void Run(string[] inputNames, OrtValue[] inputs, string[] outputNames, OrtValue[] outputs)
    {
        var session = Session();
        try
        {
            session.Run(_runOptions, inputNames, inputs, outputNames, outputs);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{file.Path} could not be run: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    private InferenceSession Session()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _session ??= Load();
        }
    }

    private InferenceSession Load()
    {
        OnnxEnvironment.Start();
        try
        {
            using var options = settings.CreateOptions(towers, deviceId);
            if (file.CutTo is not { } outputs) return new InferenceSession(file.Path, options);
            // Without a path the runtime does not know where the weights beside the graph lie.
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(file.Path));
            return new InferenceSession(TowerCut.Make(file.Path, outputs), options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{file.Path} could not be loaded: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _session?.Dispose();
            _runOptions.Dispose();
        }
    }
}
