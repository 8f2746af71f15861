using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Families;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Embedding.Tokenization;

namespace ClusterSearch.Embedding;

/// <summary>
/// Opens model directories. Order of the checks: the files that must be there, the graphs as files (whole, weights
/// beside them), the family, then what the family's parts must agree on (dimension, size, tokenizer, labels), the
/// checksums that config.json states. No weight is run and no session made here.
/// </summary>
public sealed class ModelLoader : IModelLoader
{
    private const string Config = "config.json";
    private const string Tokenizer = "tokenizer.json";
    private const string TokenizerConfig = "tokenizer_config.json";
    private const string Preprocessor = "preprocessor_config.json";

    /// <summary>Best on two cores for the starter; larger ones overflow the caches.</summary>
    private const int ProcessorBatchSize = 8;

    private const int CudaBatchSize = 32;

    /// <inheritdoc/>
    /// <exception cref="ClusterSearchException">
    /// model.not_found, model.incomplete (a file is missing), model.broken (a file is damaged or files contradict each
    /// other), model.unsupported (a family, tokenizer or setting is not known), model.provider_missing, environment.missing.
    /// </exception>
    public IImageTextModel Load(string directory, ModelOptions options)
    {
        var settings = ExecutionSettings.From(options);
        var files = ModelDirectory.Open(directory);
        RequireFiles(files);
        var graphs = files.Graphs(options.Precision, settings.IsCuda);
        var (text, vision) = (Graph(graphs.Text), Graph(graphs.Vision));

        using var config = JsonFile.Read(files.PathOf(Config));
        var family = ModelFamilies.Find(config);
        var textOutput = Output(text, family.TextOutput);
        var imageOutput = Output(vision, family.ImageOutput);
        var dimension = Dimension(text, textOutput, vision, imageOutput, config);
        var tokenizer = TokenizerFile.Read(files.PathOf(Tokenizer), MaximumTokens(files, config, family));
        var preparation = new PicturePreparation(PreprocessorConfig.Read(files.PathOf(Preprocessor), family.Preprocessing));
        var (labelOutput, labels) = Labels(files, family, vision);

        var hashes = new FileHashes(options.CacheDirectory, files.Path);
        var hash = Hash(files, family, [text, vision], hashes);
        RequireStatedChecksums(files, config, hashes);
        var memory = new CanaryMemory(options.CacheDirectory, hash, GoldenFileHash(files, hashes));
        hashes.Save();

        var sessions = new[] { new GraphSession(text, settings, ModelTowers.Text), new GraphSession(vision, settings, ModelTowers.Image) };
        var batchSize = vision.ScalesOverTheBatch ? 1 : settings.IsCuda ? CudaBatchSize : ProcessorBatchSize;
        var picture = preparation.Config;
        var calibration = family.Calibration(config);
        var facts = new ModelFacts
        {
            Directory = files.Path,
            Name = files.Name,
            Family = family.Name,
            Hash = hash,
            Dimension = dimension,
            ImageWidth = picture.OutputWidth,
            ImageHeight = picture.OutputHeight,
            ResizeShortestEdge = picture.ShortestEdge ?? Math.Min(picture.ResizeWidth, picture.ResizeHeight),
            Precision = graphs.Precision,
            Providers = settings.Providers,
            LogitScale = calibration?.Scale,
            LogitBias = calibration?.Bias,
            Labels = labels,
        };
        return new ImageTextModel(facts, settings,
            new ImageEncoder(preparation, vision, imageOutput, dimension, labelOutput, labels?.Count ?? 0, batchSize, sessions[1]),
            new TextEncoder(tokenizer, text, textOutput, dimension, sessions[0]), memory, sessions);
    }

    private static void RequireFiles(ModelDirectory files)
    {
        var missing = new[] { Config, Preprocessor, Tokenizer }.Where(name => !File.Exists(files.PathOf(name))).ToList();
        if (missing.Count > 0) throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{files.Path} has no {string.Join(" and no ", missing)}; fetch the missing file");
    }

    private static OnnxFile Graph(string path)
    {
        var file = OnnxFile.Read(path);
        var directory = Path.GetDirectoryName(path)!;
        foreach (var name in file.ExternalFiles)
        {
            if (Path.IsPathRooted(name) || name.Split('/', '\\').Contains(".."))
                throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path} wants weights from '{name}', which lies outside its directory");
            if (!File.Exists(Path.Combine(directory, name)))
                throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{path} keeps its weights in {name}, which is not beside it; fetch the missing file");
        }

        return file;
    }

    private static OnnxTensor Output(OnnxFile file, string name)
    {
        var output = file.Outputs.FirstOrDefault(output => output.Name == name)
            ?? throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{file.Path} has no output {name}, only {string.Join(", ", file.Outputs)}");
        return output is { ElementType: OnnxTensor.Float32, Shape.Count: 2 } ? output
            : throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{file.Path} has the output {output}; float32 [batch, numbers] is known");
    }

    private static int Dimension(OnnxFile text, OnnxTensor textOutput, OnnxFile vision, OnnxTensor imageOutput, JsonFile config)
    {
        var stated = config.FindCount("projection_dim");
        var (ofText, ofImage) = (textOutput.Shape[1] ?? stated, imageOutput.Shape[1] ?? stated);
        if (ofText != ofImage)
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"the dimensions differ: {Path.GetFileName(text.Path)} gives vectors of {ofText} numbers and {Path.GetFileName(vision.Path)} of {ofImage} in {Path.GetDirectoryName(text.Path)}; the two are not of one model");
        return ofText is > 0 and <= 65536 ? (int)ofText : throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"neither the graphs nor {config.Path} state the vectors' dimension");
    }

    private static int? MaximumTokens(ModelDirectory files, JsonFile config, ModelFamily family)
    {
        using var tokenizer = JsonFile.ReadIfPresent(files.PathOf(TokenizerConfig));
        int?[] limits = [config.FindCount("text_config", "max_position_embeddings") ?? family.MaximumTokens, tokenizer?.FindCount("model_max_length")];
        return limits.Min();
    }

    private static (OnnxTensor? Output, IReadOnlyList<string>? Names) Labels(ModelDirectory files, ModelFamily family, OnnxFile vision)
    {
        if (family is not { LabelOutput: { } outputName, LabelFile: { } fileName }) return (null, null);
        var path = files.PathOf(fileName);
        if (!File.Exists(path)) return (null, null);
        var output = Output(vision, outputName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var names = new string[document.RootElement.GetArrayLength()];
            foreach (var entry in document.RootElement.EnumerateArray()) names[entry.GetProperty("index").GetInt32()] = entry.GetProperty("name").GetString() ?? "";
            if (names.Length != output.Shape[1] || names.Length > ushort.MaxValue || names.Any(string.IsNullOrEmpty))
                throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path} names {names.Length} labels, but {vision.Path} scores {output.Shape[1]}");
            return (output, names);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path}: expected a list of objects with index and name: {fault.Message}", fault);
        }
    }

    /// <summary>Over the files that decide a vector: both graphs with their weights, tokenizer, preprocessing, and the family.</summary>
    private static string Hash(ModelDirectory files, ModelFamily family, IEnumerable<OnnxFile> graphs, FileHashes hashes)
    {
        var names = new[] { Tokenizer, TokenizerConfig, Preprocessor }.Where(name => File.Exists(files.PathOf(name)))
            .Concat(graphs.SelectMany(graph => graph.ExternalFiles.Prepend(Path.GetFileName(graph.Path)).Select(name => "onnx/" + name)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var text = new StringBuilder().Append("family ").Append(family.Name).Append('\n');
        foreach (var name in names) text.Append(name).Append(' ').Append(hashes.Of(files.PathOf(name))).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>config.json's "files", where a model states them: path to sha256.</summary>
    private static void RequireStatedChecksums(ModelDirectory files, JsonFile config, FileHashes hashes)
    {
        if (config.Find("files") is not { ValueKind: JsonValueKind.Object } stated) return;
        foreach (var entry in stated.EnumerateObject())
        {
            var path = files.PathOf(entry.Name);
            if (!File.Exists(path) || entry.Value.ValueKind != JsonValueKind.Object
                || !entry.Value.TryGetProperty("sha256", out var expected) || expected.ValueKind != JsonValueKind.String) continue;
            var found = hashes.Of(path);
            if (!string.Equals(found, expected.GetString(), StringComparison.OrdinalIgnoreCase))
                throw new ClusterSearchException(ErrorCodes.ModelBroken,
                    $"{path} is not the file that {Config} states: expected SHA-256 {expected.GetString()}, found {found}; fetch the file again");
        }
    }

    private static string GoldenFileHash(ModelDirectory files, FileHashes hashes) =>
        GoldenValues.PathIn(files.Path) is { } path ? hashes.Of(path) : "";
}
