using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Directories;

/// <summary>
/// A directory in the layout of Hugging Face's ONNX exports: config.json, preprocessor_config.json, tokenizer.json,
/// tokenizer_config.json, and the graphs in onnx/ or beside them (see <see cref="GraphLayouts"/>).
/// </summary>
internal sealed class ModelDirectory
{
    private ModelDirectory(string path) => Path = path;

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <exception cref="ClusterSearchException">model.not_found.</exception>
    public static ModelDirectory Open(string directory)
    {
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        if (File.Exists(path)) throw new ClusterSearchException(ErrorCodes.ModelNotFound, $"expected a model directory, found the file {path}");
        if (!Directory.Exists(path)) throw new ClusterSearchException(ErrorCodes.ModelNotFound, $"there is no model directory {path}; `clustersearch models list` names those of this machine and those that can be fetched");
        return new ModelDirectory(path);
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file's name from here, with forward slashes.</summary>
    public string NameOf(string path) => System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/');
}
