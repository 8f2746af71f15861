using ClusterSearch.LoadTests;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>The steps of load-tests/index-peers that run in this program.</summary>
internal static class PeerCommands
{
    public const string Build = "own-build", Search = "own-search", Report = "peers-report";

    public static async Task RunAsync(string command, BenchmarkPlan plan, Arguments arguments)
    {
        switch (command)
        {
            case Build:
                await OwnFigures.BuildAsync(plan.Footage(), plan.Directory);
                break;
            case Search:
                await OwnFigures.SearchAsync(plan.Footage(), plan.Directory, arguments.Text("data", "export"), arguments.Text("out", "figures.json"));
                break;
            default:
                var figures = Directory.EnumerateFiles(arguments.Text("figures", "figures"), "?.json").Order(StringComparer.Ordinal);
                Console.WriteLine(PeerReport.Write(arguments.Text("data", "export"), figures, arguments.Text("plots", ".")));
                break;
        }
    }
}
