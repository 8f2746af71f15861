using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Gateway.Describing;
using ClusterSearch.Gateway.Hosting;
using ClusterSearch.Gateway.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClusterSearch.Gateway.Searching;

internal static class SearchEndpoints
{
    public static void Map(IEndpointRouteBuilder api, GatewayParts parts)
    {
        api.MapPost("/search", context => SearchAsync(context, parts))
            .Is(new Operation("Moments for a query, a page of them.", Role.Read) { Body = typeof(SearchBody), Answer = typeof(AnswerDocument) });
        api.MapPost("/videos/{id}/scores", context => ScoresAsync(context, parts))
            .Is(new Operation("A query's score at every sample of a video.", Role.Read) { Body = typeof(ScoresBody), Answer = typeof(ScoresDocument) });
        api.MapPost("/pictures", async context =>
            await Exchange.WriteAsync(context, await parts.Pictures.AddAsync(context.Request.Body, context.RequestAborted), GatewayJson.Default.PictureDocument, StatusCodes.Status201Created))
            .Is(new Operation("Keep a picture to search with.", Role.Read) { BodyMedia = "image/*", Answer = typeof(PictureDocument), Status = 201 });
        api.MapGet("/pictures/{id}", context => PictureAsync(context, parts))
            .Is(new Operation("A picture that was sent.", Role.Read) { AnswerMedia = ["image/*"] });
        api.MapPost("/feedback", context => RateAsync(context, parts))
            .Is(new Operation("Say whether a moment is what a query asked for.", Role.Read) { Body = typeof(RatingBody), Status = 204 });
        api.MapGet("/feedback", context => RatingsAsync(context, parts))
            .Is(new Operation("Verdicts, newest first.", Role.Read) { Answer = typeof(RatingsDocument), Query = [new("video", "string", "Of this video alone.")] });
    }

    private static async Task SearchAsync(HttpContext context, GatewayParts parts)
    {
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.SearchBody);
        var (answer, moments, next) = await parts.LimitedAsync(context, token => parts.Pages.NextAsync(parts.Search, body, b => QueryReading.Read(b, parts.Pictures), token));
        await Exchange.WriteAsync(context, new AnswerDocument(
            answer.Verdict.ToString().ToLowerInvariant(), [.. moments.Select(m => MomentDocument.From(m))], CoverageDocument.From(answer.Coverage),
            TimingsDocument.From(answer.Timings), answer.Encoding is { } e ? EncodingDocument.From(e) : null, next,
            body.Explain ? answer.Explanation : null), GatewayJson.Default.AnswerDocument);
    }

    private static async Task ScoresAsync(HttpContext context, GatewayParts parts)
    {
        var video = Exchange.Video(context);
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.ScoresBody);
        var request = new SearchRequest { Parts = QueryReading.Parts(body.Parts, parts.Pictures), Encoding = body.Encoding };
        var curve = await parts.LimitedAsync(context, token => parts.Search.ScoreCurveAsync(request, video, token));
        await Exchange.WriteAsync(context, new ScoresDocument(
            curve.Times, curve.Raw, curve.Smoothed, [.. curve.Shots.Select(shot => new RangeDocument(shot.Start, shot.End))]), GatewayJson.Default.ScoresDocument);
    }

    private static async Task PictureAsync(HttpContext context, GatewayParts parts)
    {
        var path = parts.Pictures.PathOf((string?)context.Request.RouteValues["id"]);
        var head = new byte[16];
        await using (var file = File.OpenRead(path)) _ = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, context.RequestAborted);
        Caching.SetImmutable(context);
        await Results.File(path, PictureStore.ContentTypeOf(head)!).ExecuteAsync(context);
    }

    private static async Task RateAsync(HttpContext context, GatewayParts parts)
    {
        var body = await Exchange.ReadAsync(context, GatewayJson.Default.RatingBody);
        bool? isRelevant = body.Verdict switch
        {
            "up" => true,
            "down" => false,
            null or "none" => null,
            _ => throw Exchange.Invalid($"verdict: expected up, down or none, found '{Exchange.Shown(body.Verdict)}'"),
        };
        if (body is not { Start: { } start, End: { } end }) throw Exchange.Invalid("start, end: where the moment lies, in seconds");
        var request = new SearchRequest { Parts = QueryReading.Parts(body.Parts, parts.Pictures) };
        await parts.Search.RateAsync(request, Exchange.ParseVideo(body.VideoId), start, end, isRelevant, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RatingsAsync(HttpContext context, GatewayParts parts)
    {
        var video = context.Request.Query["video"].ToString() is { Length: > 0 } id ? Exchange.ParseVideo(id) : (Core.Footage.VideoId?)null;
        var ratings = await parts.Search.ListRatingsAsync(null, video, context.RequestAborted);
        await Exchange.WriteAsync(context, new RatingsDocument([.. ratings.Select(r => new RatingDocument(
            r.Video.Value, r.Start, r.End, r.IsRelevant ? "up" : "down", r.Query, r.At))]), GatewayJson.Default.RatingsDocument);
    }
}
