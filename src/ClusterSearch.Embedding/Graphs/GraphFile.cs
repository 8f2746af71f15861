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

    /// <summary>The part of a combined graph that gives some of its outputs; the graph itself where these need all of its inputs.</summary>
    public GraphFile Only(IReadOnlyList<string> outputs)
    {
        if (TowerCut.InputsOf(File.Path, outputs) is not { } inputs || File.Inputs.All(input => inputs.Contains(input.Name))) return this;
        var part = File with
        {
            Inputs = [.. File.Inputs.Where(input => inputs.Contains(input.Name))],
            Outputs = [.. File.Outputs.Where(output => outputs.Contains(output.Name))],
            CutTo = outputs,
        };
        return new GraphFile(part, GraphInputs.Read(part));
    }

    /// <summary>The file and its weights, as full paths.</summary>
    public IEnumerable<string> Paths => File.ExternalFiles.Select(name => Path.Combine(Path.GetDirectoryName(File.Path)!, name)).Prepend(File.Path);
}
