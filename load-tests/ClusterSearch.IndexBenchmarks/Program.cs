using System.Diagnostics;
using System.Globalization;
using ClusterSearch.IndexBenchmarks.Fitting;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;
using ClusterSearch.LoadTests;

var arguments = Arguments.Parse(args);
var footage = new MadeFootage(
    arguments.Text("model", "default") == "adversarial" ? FootageModel.Adversarial : FootageModel.Default,
    arguments.Number("samples", 1_000_000), (ulong)arguments.Number("seed", 1));
switch (arguments.Positional is [var command, ..] ? command : "")
{
    case "export":
        Export.Write(footage, arguments.Number("queries", 64), arguments.Number("nearest", 100), arguments.Text("out", "export"));
        return 0;
    case "fit":
        await Fit.RunAsync(arguments.Text("archive", "archive"), footage, CancellationToken.None);
        return 0;
    case "make":
        var clock = Stopwatch.StartNew();
        var pass = new TruthPass(footage, MadeQueries.Make(footage, 64), Scope.Of(footage), 110);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"set up {clock.Elapsed.TotalSeconds:0.00}"));
        clock.Restart();
        for (var video = 0; video < footage.VideoCount; video += 16) pass.Make(video, Math.Min(footage.VideoCount, video + 16));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{footage.SampleCount / clock.Elapsed.TotalSeconds:N0} rows/s; processor seconds a million rows: {1e6 * pass.ProcessorTime.Making.TotalSeconds / footage.SampleCount:0.00} making, {1e6 * pass.ProcessorTime.Units.TotalSeconds / footage.SampleCount:0.00} units, {1e6 * pass.ProcessorTime.All.TotalSeconds / footage.SampleCount:0.00} with truth; {Environment.WorkingSet >> 20} MiB"));
        return 0;
    default:
        return 2;
}
