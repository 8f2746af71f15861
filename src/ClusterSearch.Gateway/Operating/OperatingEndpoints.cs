using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Contract;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using ClusterSearch.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClusterSearch.Gateway.Operating;

internal static class OperatingEndpoints
{
    public static void Map(WebApplication app, IEndpointRouteBuilder api, GatewayParts parts)
    {
        app.MapGet("/health/live", context => Exchange.WriteAsync(context, new HealthDocument("live"), GatewayJson.Default.HealthDocument))
            .Is(new Operation("The gateway runs.", null) { Answer = typeof(HealthDocument) });
        app.MapGet("/health/ready", async context =>
        {
            await parts.Ingestion.StatusAsync(context.RequestAborted);
            await Exchange.WriteAsync(context, new HealthDocument("ready"), GatewayJson.Default.HealthDocument);
        }).Is(new Operation("The archive answers.", null) { Answer = typeof(HealthDocument) });
        app.MapGet("/metrics", async context =>
        {
            if (parts.Options.Observe is { } observe) await observe(context.RequestAborted);
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(parts.Figures.Prometheus(), context.RequestAborted);
        }).Is(new Operation("Metrics in the text format of Prometheus.", Role.Read) { AnswerMedia = ["text/plain"] });
        api.MapGet("/operations", context => OperationsAsync(context, parts))
            .Is(new Operation("What the gateway measures.", Role.Read) { Answer = typeof(OperationsDocument) });
        api.MapGet("/about", context => Exchange.WriteAsync(context, new AboutDocument(parts.Options.Version, Word(Access.RoleOf(context)), !parts.Options.Keys.IsEmpty,
            parts.Uploads is not null, parts.Options.MaximumUploadBytes, SearchRequest.MaximumTop), GatewayJson.Default.AboutDocument))
            .Is(new Operation("Version, the caller's role, what is open.", Role.Read) { Answer = typeof(AboutDocument) });
        api.MapGet("/encodings", context => EncodingsAsync(context, parts))
            .Is(new Operation("All encodings, and which is active.", Role.Read) { Answer = typeof(EncodingsDocument) });
        api.MapGet("/status", async context => await Exchange.WriteAsync(context, StatusDocument.From(
            await parts.Ingestion.StatusAsync(context.RequestAborted), await parts.Working.StatusAsync(context.RequestAborted)), GatewayJson.Default.StatusDocument))
            .Is(new Operation("What the archive holds, who works on it, what is missing.", Role.Read) { Answer = typeof(StatusDocument) });
        api.MapPost("/encodings/{encoding}/use", async context =>
        {
            var use = await parts.Ingestion.UseEncodingAsync(NameOf(context), context.Request.Query["force"] == "true", context.RequestAborted);
            await Exchange.WriteAsync(context, EncodingUseDocument.From(use), GatewayJson.Default.EncodingUseDocument);
        }).Is(new Operation("Search in this encoding from now on.", Role.Admin) { Answer = typeof(EncodingUseDocument), Query = [new("force", "boolean", "Also while videos are missing from it.")] });
        api.MapDelete("/encodings/{encoding}", async context =>
        {
            var dropped = await parts.Ingestion.DropEncodingAsync(NameOf(context), context.RequestAborted);
            await Exchange.WriteAsync(context, EncodingDropDocument.From(dropped), GatewayJson.Default.EncodingDropDocument);
        }).Is(new Operation("Remove an encoding that searches do not use.", Role.Admin) { Answer = typeof(EncodingDropDocument) });
    }

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["encoding"]!;

    private static async Task EncodingsAsync(HttpContext context, GatewayParts parts)
    {
        var status = await parts.Ingestion.StatusAsync(context.RequestAborted);
        await Exchange.WriteAsync(context, new EncodingsDocument([.. status.Encodings.Select(e =>
            new EncodingStateDocument(EncodingDocument.From(e.Encoding), e.IsActive, e.CompleteVideos, e.Videos, e.Ledger.Samples))]), GatewayJson.Default.EncodingsDocument);
    }

    private static async Task OperationsAsync(HttpContext context, GatewayParts parts)
    {
        var status = await parts.Ingestion.StatusAsync(context.RequestAborted);
        var workforce = await parts.Working.StatusAsync(context.RequestAborted);
        var figures = parts.Figures;
        await Exchange.WriteAsync(context, new OperationsDocument(
            parts.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, parts.Time.GetElapsedTime(parts.StartedAt).TotalSeconds, figures.Latency(), figures.Searches,
            (long)figures.CountOf(Telemetry.SamplesEmbedded), figures.CountOf(Telemetry.FootageEmbedded),
            new IndexDocument(ArchiveGauges.SizeOf(parts.Options.IndexDirectory), status.Encodings.Where(e => e.IsActive).Sum(e => e.Ledger.Samples)),
            status.Failures.Count + status.Ledger.FailedVideos + status.Ledger.PartialVideos, Environment.WorkingSet,
            [.. workforce.Workers.Select(w => new WorkerFiguresDocument(w.Report.Name, w.IsAlive ? Word(w.Report.State) : Word(w.Report.State) is "stopped" ? "stopped" : "lost", w.Report.Device, w.Report.SamplesDone))],
            ChunkCountsDocument.From(status.Ledger.Chunks)), GatewayJson.Default.OperationsDocument);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
