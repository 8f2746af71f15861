using ClusterSearch.LoadTests;
using ClusterSearch.LoadTests.Gateway;

return args switch
{
    ["ingest-throughput", .. var rest] => await IngestThroughput.RunAsync(Arguments.Parse(rest)),
    ["ingest-only", .. var rest] => await IngestThroughput.IngestOnlyAsync(Arguments.Parse(rest)),
    ["search-latency", .. var rest] => await SearchLatency.RunAsync(Arguments.Parse(rest)),
    ["scale-out", "claims", .. var rest] => await ScaleOutClaims.RunAsync(Arguments.Parse(rest)),
    ["scale-out", "workers", .. var rest] => await ScaleOutWorkers.RunAsync(Arguments.Parse(rest)),
    ["gateway", "run", .. var rest] => await GatewayLoad.RunAsync(Arguments.Parse(rest)),
    ["gateway", "memory", .. var rest] => await GatewayMemory.RunAsync(Arguments.Parse(rest)),
    ["gateway", "in-process", .. var rest] => await LoadRoles.InProcessAsync(Arguments.Parse(rest)),
    ["gateway", "generate", .. var rest] => await LoadRoles.GenerateAsync(Arguments.Parse(rest)),
    ["chaos", .. var rest] => await Chaos.RunAsync(Arguments.Parse(rest)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ingest-throughput VIDEO [--rate R] [--model DIR] [--workers N] [--chunk-seconds N] [--json] | search-latency [--samples N] [--seed S] [--json] | scale-out claims [--claimants N] [--seconds S] [--json] | scale-out workers CLIP --program DLL [--minutes N] [--workers 1,2,1,2] [--slots N] [--json] | gateway run|memory --program DLL [--samples N] [--seconds S] [--rounds N] [--requests N] [--json] | chaos --program DLL [--rounds N] [--seed S] [--json]");
    return 2;
}
