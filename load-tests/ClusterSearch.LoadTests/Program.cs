using ClusterSearch.LoadTests;

return args switch
{
    ["ingest-throughput", .. var rest] => await IngestThroughput.RunAsync(Arguments.Parse(rest)),
    ["ingest-only", .. var rest] => await IngestThroughput.IngestOnlyAsync(Arguments.Parse(rest)),
    ["search-latency", .. var rest] => await SearchLatency.RunAsync(Arguments.Parse(rest)),
    ["scale-out", "claims", .. var rest] => await ScaleOutClaims.RunAsync(Arguments.Parse(rest)),
    ["scale-out", "workers", .. var rest] => await ScaleOutWorkers.RunAsync(Arguments.Parse(rest)),
    ["chaos", .. var rest] => await Chaos.RunAsync(Arguments.Parse(rest)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ingest-throughput VIDEO [--rate R] [--model DIR] [--workers N] [--chunk-seconds N] [--json] | search-latency [--samples N] [--seed S] [--json] | scale-out claims [--claimants N] [--seconds S] [--json] | scale-out workers CLIP --program DLL [--minutes N] [--workers 1,2,1,2] [--slots N] [--json] | chaos --program DLL [--rounds N] [--seed S] [--json]");
    return 2;
}
