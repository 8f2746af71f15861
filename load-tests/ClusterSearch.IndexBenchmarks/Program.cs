using ClusterSearch.IndexBenchmarks;
using ClusterSearch.IndexBenchmarks.Fitting;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Peers;
using ClusterSearch.IndexBenchmarks.Reporting;
using ClusterSearch.LoadTests;

var arguments = Arguments.Parse(args);
var plan = BenchmarkPlan.Of(arguments);
var command = arguments.Positional is [var named, ..] ? named : "";
switch (command)
{
    case "export":
        Export.Write(plan.Footage(), BenchmarkPlan.QueryCount, BenchmarkPlan.Deepest, arguments.Text("out", "export"));
        return 0;
    case "fit":
        await Fit.RunAsync(arguments.Text("archive", "archive"), plan.Footage(), CancellationToken.None);
        return 0;
    case Phases.Build or Phases.Search or Phases.Ingest:
        await Phases.RunAsync(command, plan);
        return 0;
    case PeerCommands.Build or PeerCommands.Search or PeerCommands.Report:
        await PeerCommands.RunAsync(command, plan, arguments);
        return 0;
    case "report" or "":
        break;
    default:
        await Console.Error.WriteLineAsync(
            "usage: [--samples N] [--seed S] [--model default|adversarial] [--directory DIR] [--plots DIR] [--json] | build|search|ingest|report --samples N --seed S --directory DIR | export --samples N --seed S --out DIR | fit --archive DIR --samples N");
        return 2;
}

var isOwn = !arguments.Named.ContainsKey("directory");
try
{
    var results = command == "report" ? await Phases.ReadAllAsync(plan) : await Phases.RunAllAsync(plan);
    if (arguments.Named.TryGetValue("plots", out var plots)) ResultPlots.Write(results, plots, $"index-{plan.Samples / 1_000_000.0:0.#}m");
    Console.WriteLine(arguments.IsJson ? results.ToJson() : ResultText.Of(results));
    return 0;
}
catch (Exception fault) when (fault is IOException or PhaseFailedException)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 3;
}
finally
{
    if (isOwn && Directory.Exists(plan.Directory)) Directory.Delete(plan.Directory, recursive: true);
}
