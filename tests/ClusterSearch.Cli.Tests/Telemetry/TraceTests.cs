using System.Net.Http.Json;
using ClusterSearch.Cli.Tests.Working;
using ClusterSearch.Testing;
using Names = ClusterSearch.ServiceDefaults.Telemetry;

namespace ClusterSearch.Cli.Tests.Telemetry;

/// <summary>Real processes export to a receiver of the test's own: which spans belong together, which values arrive.</summary>
public sealed class TraceTests(WorkStage stage) : IClassFixture<WorkStage>
{
    private const int Server = 2;
    private const string Query = "a confidential sentence about a cat";

    private static readonly string Bunny = Path.Combine(TestAssets.Samples, "bunny.mp4");

    [Fact]
    public async Task One_trace_follows_a_chunk_from_plan_to_index_through_three_processes()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        using var collector = new OtlpCollector();
        using (var ingest = scene.Start(collector.Variables, "ingest", Bunny, "--chunk-duration", "2s", "--detach"))
            Assert.Equal(0, (await WholeProgram.FinishAsync(ingest)).ExitCode);
        var embedding = scene.StartWorker(["--role", "embed"], collector.Variables);
        var keeping = scene.StartWorker(["--role", "aggregate"], collector.Variables);
        await scene.UntilDoneAsync();
        foreach (var worker in new[] { embedding, keeping })
        {
            await worker.SignalAsync("TERM");
            Assert.Equal(0, await worker.EndAsync());
        }

        var plan = Assert.Single(collector.Spans, span => span.Name == Names.Spans.Plan);
        Assert.Null(plan.ParentId);
        var register = Assert.Single(collector.Spans, span => span.Name == Names.Spans.Register);
        Assert.Equal([(register.TraceId, register.SpanId)], plan.Links);
        Assert.NotEqual(register.TraceId, plan.TraceId);

        var trace = collector.Spans.Where(span => span.TraceId == plan.TraceId).ToList();
        var chunks = trace.Where(span => span.Name == Names.Spans.ChunkWork).ToList();
        var aggregations = trace.Where(span => span.Name == Names.Spans.Aggregate).ToList();
        Assert.All(chunks.Concat(aggregations), span => Assert.Equal(plan.SpanId, span.ParentId));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(span => int.Parse(span.Attributes[Names.Attributes.Chunk])).Order());
        Assert.True(chunks.Count > 1, "one chunk alone shows little");
        Assert.Equal(Enumerable.Range(0, chunks.Count), aggregations.SelectMany(Indexed).Distinct().Order());
        Assert.All(chunks, chunk => Assert.Equal(
            [Names.Spans.ChunkCommit, Names.Spans.ChunkEmbed], trace.Where(span => span.ParentId == chunk.SpanId).Select(span => span.Name).Order()));
        Assert.Equal(3, trace.Select(span => span.Process).Distinct().Count());
        Assert.All(trace.Where(span => span.Attributes.ContainsKey(Names.Attributes.Video)),
            span => Assert.Equal(plan.Attributes[Names.Attributes.Video], span.Attributes[Names.Attributes.Video]));
    }

    [Fact]
    public async Task One_trace_follows_a_query_from_its_caller_through_HTTP_to_the_shard_and_no_word_of_it_is_exported()
    {
        using var directory = new TemporaryDirectory();
        using var collector = new OtlpCollector();
        var archive = directory.File("archive");
        Assert.Equal(0, (await WholeProgram.RunAsync("ingest", Bunny, "--archive", archive)).ExitCode);
        using var serve = await ServedProgram.StartAsync(collector.Variables, "--archive", archive);
        const string caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/search") { Content = Body() };
        request.Headers.Add("traceparent", caller);
        using (var answer = await serve.Client.SendAsync(request)) Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await serve.StopAsync();

        var trace = collector.Spans.Where(span => span.TraceId == caller.Split('-')[1]).ToList();
        var http = Assert.Single(trace, span => span.Kind == Server);
        Assert.Equal(("POST /api/v1/search", caller.Split('-')[2]), (http.Name, http.ParentId));
        Assert.Equal("200", http.Attributes["http.response.status_code"]);
        var search = Assert.Single(trace, span => span.Name == Names.Spans.Search);
        Assert.Equal(http.SpanId, search.ParentId);
        var stages = trace.Where(span => span.ParentId == search.SpanId).ToDictionary(span => span.Name);
        Assert.Equal([Names.Spans.EmbedQuery, Names.Spans.Find, Names.Spans.Moments], stages.Keys.Order());
        var shard = Assert.Single(trace, span => span.Name == Names.Spans.Shard);
        Assert.Equal(stages[Names.Spans.Find].SpanId, shard.ParentId);
        foreach (var path in new[] { "/v1/traces", "/v1/logs", "/v1/metrics" })
            Assert.DoesNotContain("confidential", collector.Received(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_of_an_archive_that_is_worked_on_and_searched_arrives_with_its_attributes()
    {
        await using var scene = await WorkScene.OpenAsync(stage);
        using var collector = new OtlpCollector();
        await scene.RegisterAsync(Bunny);
        var worker = scene.StartWorker(variables: collector.Variables);
        await scene.UntilDoneAsync();
        using (var serve = await ServedProgram.StartAsync(collector.Variables, "--archive", scene.Archive))
        {
            using var answer = await serve.Client.PostAsync("/api/v1/search", Body());
            Assert.True(answer.IsSuccessStatusCode);
            var figures = await serve.Client.GetStringAsync("/metrics");
            Assert.Contains("clustersearch_ledger_chunks{clustersearch_encoding=", figures, StringComparison.Ordinal);
            Assert.Contains("clustersearch_search_stage_duration_seconds_bucket{clustersearch_stage=\"find\",le=\"10\"} 1", figures, StringComparison.Ordinal);
            await serve.StopAsync();
        }
        await worker.SignalAsync("TERM");
        Assert.Equal(0, await worker.EndAsync());

        var latest = collector.Points.GroupBy(point => point.Instrument).ToDictionary(group => group.Key, group => group.ToList());
        var status = await scene.Catalog.StatusAsync(null, CancellationToken.None);
        Assert.Equal(status.Samples, latest[Names.SamplesEmbedded.Name].Max(point => point.Value));
        Assert.All(latest[Names.SamplesEmbedded.Name], point => Assert.StartsWith("cpu/", point.Attributes[Names.Attributes.Device], StringComparison.Ordinal));
        Assert.InRange(latest[Names.FootageEmbedded.Name].Max(point => point.Value), 1, 60);
        Assert.Equal(status.Chunks.Values.Sum(), latest[Names.LedgerChunks.Name].Where(point => point.Attributes[Names.Attributes.State] == "indexed").Max(point => point.Value));
        Assert.Equal(status.Samples, latest[Names.IndexSamples.Name].Max(point => point.Value));
        Assert.InRange(latest[Names.IndexSize.Name].Max(point => point.Value), 1000, 1e7);
        Assert.Equal(0, latest[Names.Takeovers.Name].Max(point => point.Value));
        Assert.Contains(latest[Names.Canaries.Name], point => point.Attributes[Names.Attributes.Outcome] == "passed" && point.Value > 0);
        Assert.Equal(["embed", "find", "moments", "wait"], latest[Names.StageDuration.Name].Select(point => point.Attributes[Names.Attributes.Stage]).Distinct().Order());
        foreach (var name in new[] { Names.IngestRate.Name, Names.PipelineDepth.Name, Names.Workers.Name, Names.LedgerLeft.Name })
            Assert.True(latest.ContainsKey(name), $"{name} did not arrive");
    }

    private static JsonContent Body() => JsonContent.Create(new { parts = new[] { new { kind = "text", text = Query } }, limit = 3 });

    private static IEnumerable<int> Indexed(OtlpSpan aggregation)
    {
        if (!aggregation.Attributes.TryGetValue(Names.Attributes.Chunks, out var range)) return [];
        var ends = range.Split('-').Select(int.Parse).ToList();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }
}
