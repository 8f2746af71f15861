using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Calibration;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Families;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;

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
    /// other), model.unsupported (a family, tokenizer or setting is not known), model.provider_missing, environment.missing,
    /// request.invalid (options that cannot be).
    /// </exception>
    public IImageTextModel Load(string directory, ModelOptions options)
    {
        var settings = ExecutionSettings.From(options);
        var files = ModelDirectory.Open(directory);
        RequireFiles(files);
        var layouts = new GraphLayouts(files);
        var choice = layouts.Choose(options.Precision, settings.IsCuda);
        var text = GraphFile.Open(choice.Text);
        var vision = choice.Vision == choice.Text ? text : GraphFile.Open(choice.Vision);
        return JsonFile.Read(files.PathOf(Config), "a config.json", config => Load(files, layouts, choice, text, vision, config, options, settings));
    }

    private static ImageTextModel Load(ModelDirectory files, GraphLayouts layouts, GraphChoice choice, GraphFile text, GraphFile vision, JsonFile config, ModelOptions options, ExecutionSettings settings)
    {
        var family = ModelFamilies.Find(config);
        var textVectors = GraphOutputs.Vectors(text.File, family.TextOutputs);
        var imageVectors = GraphOutputs.Vectors(vision.File, family.ImageOutputs);
        var dimension = Dimension(text.File, textVectors, vision.File, imageVectors, config, family);
        var texts = TextSettings.Read(files.PathOf(Tokenizer), files.PathOf(TokenizerConfig), config, family, text.Inputs.TokenCount);
        var pictures = new PicturePreparation(PreprocessorConfig.Read(files.PathOf(Preprocessor), family.Preprocessing));
        var picture = pictures.Config;
        RequirePictureSize(files, config, picture);
        var labels = ModelLabels.Read(files.Path, family, vision.File);
        // Such a graph scales over its batch: a vector would depend on its neighbours.
        var batchSize = vision.File.ScalesOverTheBatch ? 1 : settings.IsCuda ? CudaBatchSize : ProcessorBatchSize;
        if (choice.IsCombined)
            (text, vision) = (text.Only([textVectors.Name]), vision.Only(labels is null ? [imageVectors.Name] : [imageVectors.Name, labels.Output.Name]));
        var imageGraph = ImageGraph.From(vision, imageVectors, dimension, picture.OutputWidth, picture.OutputHeight, batchSize);
        if (labels is not null) imageGraph = imageGraph with { Labels = labels.Output, LabelCount = labels.Names.Count };

        var hashes = new FileHashes(options.CacheDirectory, files.Path);
        var hash = ModelHash.Of(files, family.Name, [Tokenizer, TokenizerConfig, Preprocessor], text.Paths.Concat(vision.Paths), texts.ForHash, hashes);
        ModelHash.RequireStated(files, config, hashes);
        var memory = new CanaryMemory(options.CacheDirectory, hash, GoldenValues.PathIn(files.Path) is { } golden ? hashes.Of(golden) : "");
        hashes.Save();

        var stated = family.StatedLogits(config);
        var finder = new LogitFinder(files, family, options.CacheDirectory, hashes);
        var combined = new[] { layouts.Combined("fp32"), layouts.Combined(choice.Precision) }.OfType<string>().Distinct(StringComparer.Ordinal);
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
            Precision = choice.Precision,
            Providers = settings.Providers,
            // On the processor, whatever runs the model: two numbers are not worth a device's memory.
            Logits = new Lazy<LogitLine?>(() => finder.Find(stated, combined,
                graph => new LogitMeasurement(graph, family, texts.Preparation, pictures, dimension).Measure(ExecutionSettings.OnProcessor(options.IntraOpThreads)))),
            Labels = labels?.Names,
        };

        // A combined graph that cannot be cut is one session, whatever is asked of it.
        var isOne = ReferenceEquals(text, vision);
        var imageSessions = settings.DeviceIds.Select(device => new GraphSession(vision.File, settings, isOne ? ModelTowers.Both : ModelTowers.Image, device)).ToList();
        var textSession = isOne ? imageSessions[0] : new GraphSession(text.File, settings, ModelTowers.Text, settings.DeviceIds[0]);
        var images = new ImageEncoder(pictures, imageGraph, vision.Inputs.TokenIds is null ? null : new TextFeed(vision.Inputs, texts.Preparation), imageSessions, warmsUp: settings.IsCuda);
        return new ImageTextModel(facts, settings, images,
            new TextEncoder(texts.Preparation, text, textVectors, dimension, [3, picture.OutputHeight, picture.OutputWidth], textSession),
            memory, [textSession, .. imageSessions]);
    }

    private static void RequireFiles(ModelDirectory files)
    {
        var missing = new[] { Config, Preprocessor, Tokenizer }.Where(name => !File.Exists(files.PathOf(name))).ToList();
        if (missing.Count > 0) throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{files.Path} has no {string.Join(" and no ", missing)}; fetch the missing file");
    }

    private static int Dimension(OnnxFile text, OnnxTensor textVectors, OnnxFile vision, OnnxTensor imageVectors, JsonFile config, ModelFamily family)
    {
        // An open dimension is the other tower's; where both are open, config.json's.
        var (ofText, ofImage) = (textVectors.Shape[1] ?? imageVectors.Shape[1], imageVectors.Shape[1] ?? textVectors.Shape[1]);
        if (ofText != ofImage)
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"the dimensions differ: {Path.GetFileName(text.Path)} gives vectors of {ofText} numbers and {Path.GetFileName(vision.Path)} of {ofImage} in {Path.GetDirectoryName(text.Path)}; the two are not of one model");
        return (ofText ?? family.Dimension(config)) is { } dimension and > 0 and <= 65536 ? (int)dimension
            : throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"neither the graphs nor {config.Path} state the vectors' dimension");
    }

    private static void RequirePictureSize(ModelDirectory files, JsonFile config, PreprocessorConfig picture)
    {
        if (config.FindCount("vision_config", "image_size") is { } side && (picture.OutputWidth != side || picture.OutputHeight != side))
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"{config.Path} wants pictures of {side} x {side}, but {files.PathOf(Preprocessor)} makes them {picture.OutputWidth} x {picture.OutputHeight}");
    }
}
