using System.Globalization;
using ClusterSearch.IndexBenchmarks;

// load-tests/index-benchmark [SAMPLES [DIMENSION [SEED]]]
var numbers = Array.ConvertAll(args, argument => int.Parse(argument, CultureInfo.InvariantCulture));
await new IndexBenchmark(
    sampleCount: numbers.ElementAtOrDefault(0) is > 0 and var samples ? samples : 100_000,
    dimension: numbers.ElementAtOrDefault(1) is > 0 and var dimension ? dimension : 512,
    seed: numbers.ElementAtOrDefault(2) is > 0 and var seed ? seed : 1).RunAsync();
