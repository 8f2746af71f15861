using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;
using ClusterSearch.Pulling;

namespace ClusterSearch.Cli.Commands;

/// <summary>`models pull`: a model from a host, whole and checked, or not at all.</summary>
internal sealed class ModelsPullCommand : ArchiveCommand
{
    /// <summary>In this order: the program's own variable, then the one that Hugging Face's tools read.</summary>
    private static readonly string[] HostVariables = ["CLUSTERSEARCH_MODEL_HOST", "HF_ENDPOINT"];

    private readonly Argument<string> _model;
    private readonly Option<string?> _revision;
    private readonly Option<string?> _precision;
    private readonly Option<string?> _into;
    private readonly Option<string?> _host;

    public ModelsPullCommand(Surroundings surroundings)
        : base(surroundings, "pull",
            "Fetch a model and install it: resumable, checksummed, tried once before it counts. Proxies are taken from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, a token from HF_TOKEN.",
            new("clustersearch models pull clip-vit-base-patch32", "One of the pinned list."),
            new("clustersearch models pull some-owner/some-model --precision fp16", "Any repository in the layout of Hugging Face's ONNX exports."),
            new("clustersearch models pull https://mirror.example/hub/some-owner/some-model --into ~/models", "From another host, into another folder."))
    {
        _model = Positional<string>("NAME|URL", ArgumentArity.ExactlyOne, "A name of the pinned list, owner/name, or the address of a repository.");
        _revision = Value("--revision", "REV", "Branch, tag or commit. Default: the pinned commit, else main.");
        _precision = Value("--precision", "NAME", "Precision variant: fp32, fp16, quantized, int8, … Default: fp32, or what there is.");
        _into = Value("--into", "DIR", "Folder that the model's own folder is made in. Default: $CLUSTERSEARCH_MODELS, else ~/.local/share/clustersearch/models.");
        _host = Value("--host", "URL", "Host that serves Hugging Face's file layout. Default: $CLUSTERSEARCH_MODEL_HOST, else $HF_ENDPOINT, else the public hub.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.PassedOver;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var into = parse.GetValue(_into) is { } folder ? FullPath(folder) : Surroundings.Models.Installed
            ?? throw new UsageException($"no folder for models is known: name one with --into, or in {ModelDirectories.Variable}");
        var request = new PullRequest
        {
            Model = parse.GetRequiredValue(_model),
            Into = into,
            Revision = parse.GetValue(_revision),
            Precision = parse.GetValue(_precision),
            Host = parse.GetValue(_host),
        };
        using var puller = new ModelPuller(Surroundings.Archives.Models, Settings());
        PullResult result;
        try
        {
            result = await PullDisplay.RunAsync(Terminal, IsJson(parse), Surroundings.Clock, progress => puller.PullAsync(request, progress, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Terminal.Error.WriteLine("what was fetched is kept; the same command goes on from there");
            throw;
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ModelCanary or ErrorCodes.ModelBroken or ErrorCodes.ModelIncomplete or ErrorCodes.ModelUnsupported)
        {
            throw new ModelRefusedException(fault);
        }
        Present(parse, PullDocument.From(result), DocumentContext.Readable.PullDocument, Show);
        return ExitCodes.Done;
    }

    private PullSettings Settings()
    {
        var settings = new PullSettings { Token = Surroundings.Variable("HF_TOKEN") is { Length: > 0 } token ? token : null };
        return HostVariables.Select(Surroundings.Variable).FirstOrDefault(value => value is { Length: > 0 }) is { } host ? settings with { DefaultHost = host } : settings;
    }

    private void Show(PullDocument d)
    {
        var size = Wording.Bytes(d.Bytes);
        Terminal.Out.WriteLine(Wording.Safe(d.WasThere
            ? $"{d.Name} is installed already: {d.Directory} ({d.Precision}, {size}, {d.Repository} at {d.Commit ?? d.Revision})"
            : $"{d.Name}: {size} in {Wording.Count(d.Files, "file")}, {d.Precision}, {d.Repository} at {d.Commit ?? d.Revision}, installed in {d.Directory}"));
        Terminal.Out.WriteLine(Wording.Safe($"`clustersearch models check {d.Name}` times it; `clustersearch ingest --beside --model {d.Name}` takes it beside the archive's present model"));
    }
}
