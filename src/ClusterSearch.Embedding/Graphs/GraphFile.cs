using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>A graph with all that belongs to it: the file, what it wants, and the weights beside it.</summary>
/// <param name="File">The ONNX file.</param>
/// <param name="Inputs">What it wants.</param>
internal sealed record GraphFile(OnnxFile File, GraphInputs Inputs)
{
    /// <exception cref="ClusterSearchException">model.broken, model.incomplete (weights beside it), model.unsupported (inputs).</exception>
    public static GraphFile Open(string path)
    {
        var file = OnnxFile.Read(path);
        foreach (var name in file.ExternalFiles)
        {
            if (Path.IsPathRooted(name) || name.Split('/', '\\').Contains(".."))
                throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path} wants weights from '{name}', which lies outside its directory");
            if (!System.IO.File.Exists(Path.Combine(Path.GetDirectoryName(path)!, name)))
                throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{path} keeps its weights in {name}, which is not beside it; fetch the missing file");
        }

        return new GraphFile(file, GraphInputs.Read(file));
    }

    /// <summary>The file and its weights, as full paths.</summary>
    public IEnumerable<string> Paths => File.ExternalFiles.Select(name => Path.Combine(Path.GetDirectoryName(File.Path)!, name)).Prepend(File.Path);
}
