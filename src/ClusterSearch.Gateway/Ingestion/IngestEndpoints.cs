using System.Globalization;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Contract;
using ClusterSearch.Core.Footage;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClusterSearch.Gateway.Ingestion;

internal static class IngestEndpoints
{
    private const int LowestPriority = -1000;
    private const int HighestPriority = 1000;

    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapGet("/ingestion", context => StateAsync(context, parts))
            .Is(new Operation("How far ingestion is, with roots and failures.", Role.Read) { Answer = typeof(ProgressDocument) });
        api.MapGet("/ingestion/events", context => EventsAsync(context, parts))
            .Is(new Operation("How far ingestion is, as it changes: server-sent events `progress`.", Role.Read) { AnswerMedia = ["text/event-stream"] });
        api.MapGet("/ingestion/jobs/{job}", context => JobAsync(context, parts))
            .Is(new Operation("What became of a job.", Role.Read) { Answer = typeof(JobStateDocument) });
        api.MapPost("/ingestion/register", context => RegisterAsync(context, parts))
            .Is(new Operation("Take in footage below a root.", Role.Ingest) { Body = typeof(RegisterBody), Answer = typeof(JobDocument), Status = 202 });
        api.MapPost("/ingestion/pause", context => PauseAsync(context, parts, isPaused: true)).Is(new Operation("Begin nothing more.", Role.Ingest) { Answer = typeof(PausedDocument) });
        api.MapPost("/ingestion/resume", context => PauseAsync(context, parts, isPaused: false)).Is(new Operation("Go on.", Role.Ingest) { Answer = typeof(PausedDocument) });
        api.MapPost("/ingestion/retry", context => RetryAsync(context, parts, null))
            .Is(new Operation("Try quarantined chunks of all videos again.", Role.Ingest) { Answer = typeof(RetryDocument) });
        api.MapPost("/videos/{id}/retry", context => RetryAsync(context, parts, Exchange.Video(context)))
            .Is(new Operation("Try quarantined chunks of a video again.", Role.Ingest) { Answer = typeof(RetryDocument) });
        api.MapPost("/uploads", context => UploadAsync(context, parts))
            .Is(new Operation("Send a file and take it in.", Role.Ingest)
            {
                BodyMedia = "application/octet-stream", Answer = typeof(UploadDocument), Status = 202,
                Query = [new("name", "string", "A file name.", IsRequired: true), new("camera", "string", "Who took it."), new("zone", "string", "What it shows."),
                    new("recordedAt", "string", "Wall-clock time of the first frame."), new("priority", "integer", "-1000 to 1000.")],
            });
    }

    private static async Task StateAsync(HttpContext context, GatewayParts parts)
    {
        var cancellation = context.RequestAborted;
        var state = await parts.Desk.StateAsync(cancellation);
        var failures = (await parts.Ingestion.StatusAsync(cancellation)).Failures.Concat(parts.Desk.Failures)
            .DistinctBy(failure => failure.Path).Select(failure => new FailureDocument(failure.Path, failure.Code, failure.Message, null)).ToList();
        foreach (var video in await parts.Search.ListVideosAsync(cancellation))
        {
            if (video.State is not (VideoState.Failed or VideoState.Partial)) continue;
            var detail = await parts.Search.ShowVideoAsync(video.Id, cancellation);
            failures.Add(new FailureDocument(video.Path ?? video.FileName, $"video.{video.State.ToString().ToLowerInvariant()}",
                detail.Warnings.Count > 0 ? string.Join("; ", detail.Warnings) : video.Note ?? "pieces of it could not be taken in", video.Id.Value));
        }
        await Exchange.WriteAsync(context, state with
        {
            Roots = [.. parts.Options.Roots.Select(root => new RootDocument(root.Key, $"{root.Key} ({root.Value})"))],
            Failures = failures,
        }, GatewayJson.Default.ProgressDocument);
    }

    private static async Task EventsAsync(HttpContext context, GatewayParts parts)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-transform";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, parts.Stopping);
        await foreach (var state in parts.Desk.FollowAsync(stop.Token))
        {
            await context.Response.WriteAsync($"event: progress\ndata: {JsonSerializer.Serialize(state, GatewayJson.Default.ProgressDocument)}\n\n", stop.Token);
            await context.Response.Body.FlushAsync(stop.Token);
        }
    }

    private static Task JobAsync(HttpContext context, GatewayParts parts) => parts.Desk.Find((string)context.Request.RouteValues["job"]!) is { } job
        ? Exchange.WriteAsync(context, job, GatewayJson.Default.JobStateDocument)
        : throw new GatewayException(Problem.Of(StatusCodes.Status404NotFound, "job.not_found", "there is no such job, or it ended too long ago"));

    private static async Task RegisterAsync(HttpContext context, GatewayParts parts)
    {
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.RegisterBody);
        if (body.Root is not { } name || !parts.Options.Roots.TryGetValue(name, out var root))
            throw Exchange.Invalid($"root: expected one of {string.Join(", ", parts.Options.Roots.Keys.DefaultIfEmpty("(none is open: --root DIR)"))}, found '{Exchange.Shown(body.Root ?? "nothing")}'");
        CheckPriority(body.Priority);
        var path = Below(root, body.Path);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new Core.ClusterSearchException(Core.ErrorCodes.FootageNotFound, $"path: there is nothing called '{Exchange.Shown(body.Path ?? "")}' below {name}");
        var job = parts.Desk.Enqueue(new IngestRequest
        {
            Paths = [path],
            ConfinedTo = root,
            Camera = NotBlank(body.Camera),
            Zone = NotBlank(body.Zone),
            RecordedAt = body.RecordedAt,
            Priority = body.Priority,
        });
        await Exchange.WriteAsync(context, new JobDocument(job), GatewayJson.Default.JobDocument, StatusCodes.Status202Accepted);
    }

    /// <summary>A path that somebody else names: relative, and below the root by its name and by where its links lead.</summary>
    /// <exception cref="Core.ClusterSearchException">request.invalid.</exception>
    internal static string Below(string root, string? relative)
    {
        var text = relative?.Trim() ?? "";
        if (text.Length > 4096 || text.Any(char.IsControl)) throw Exchange.Invalid("path: expected a relative path without control characters");
        if (Path.IsPathRooted(text) || text.Contains("://", StringComparison.Ordinal) || text.Split('/', '\\').Contains(".."))
            throw Exchange.Invalid("path: expected a path below the root, without '..' and without a protocol");
        var path = Path.GetFullPath(text, root);
        return RealPath.IsWithin(path, root) ? path : throw Exchange.Invalid("path: it leads out of the root");
    }

    private static async Task PauseAsync(HttpContext context, GatewayParts parts, bool isPaused)
    {
        await parts.Desk.SetPausedAsync(isPaused, context.RequestAborted);
        await Exchange.WriteAsync(context, new PausedDocument(isPaused), GatewayJson.Default.PausedDocument);
    }

    private static async Task RetryAsync(HttpContext context, GatewayParts parts, VideoId? video)
    {
        var cancellation = context.RequestAborted;
        if (video is { } id) await parts.Search.ShowVideoAsync(id, cancellation);
        var incomplete = (await parts.Search.ListVideosAsync(cancellation))
            .Where(one => video is { } wanted ? one.Id == wanted : one.State is VideoState.Failed or VideoState.Partial).ToList();
        var chunks = await parts.Ingestion.RetryAsync(video, cancellation);
        var paths = incomplete.Select(one => one.Path).OfType<string>().ToList();
        if (chunks > 0 && paths.Count > 0) parts.Desk.Enqueue(new IngestRequest { Paths = paths });
        await Exchange.WriteAsync(context, new RetryDocument(video?.Value, chunks), GatewayJson.Default.RetryDocument);
    }

    private static async Task UploadAsync(HttpContext context, GatewayParts parts)
    {
        if (parts.Uploads is not { } uploads) throw new GatewayException(Problem.Of(StatusCodes.Status403Forbidden, "limit.uploads", "this gateway takes no uploads"));
        var name = context.Request.Query["name"].ToString();
        Uploads.NameOf(name);
        var (camera, zone, recordedAt, priority) = (NotBlank(context.Request.Query["camera"]), NotBlank(context.Request.Query["zone"]), Date(context, "recordedAt"), WholeNumber(context, "priority"));
        CheckPriority(priority);
        if (context.Request.ContentLength > parts.Options.MaximumUploadBytes)
            throw new GatewayException(Problem.Of(StatusCodes.Status413PayloadTooLarge, "limit.body", $"an upload has at most {parts.Options.MaximumUploadBytes} bytes"));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = parts.Options.MaximumUploadBytes;
        var (path, bytes) = await uploads.ReceiveAsync(name, context.Request.Body, context.RequestAborted);
        var job = parts.Desk.Enqueue(new IngestRequest
        {
            Paths = [path],
            Camera = camera,
            Zone = zone,
            RecordedAt = recordedAt,
            Priority = priority,
        });
        await Exchange.WriteAsync(context, new UploadDocument(job, Path.GetFileName(path), bytes), GatewayJson.Default.UploadDocument, StatusCodes.Status202Accepted);
    }

    private static void CheckPriority(int? priority)
    {
        if (priority is < LowestPriority or > HighestPriority) throw Exchange.Invalid($"priority: {LowestPriority} to {HighestPriority}");
    }

    private static DateTimeOffset? Date(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date)
            ? date
            : throw Exchange.Invalid($"{name}: expected ISO 8601 with an offset, found '{Exchange.Shown(text)}'");
    }

    private static int? WholeNumber(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Exchange.Invalid($"{name}: expected a whole number, found '{Exchange.Shown(text)}'");
    }

    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Length <= 200 ? text.Trim() : throw Exchange.Invalid("camera, zone: at most 200 characters");
}
