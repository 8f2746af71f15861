using ClusterSearch.Index.Tests.Processes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace ClusterSearch.Index.Tests;

internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        [OtherProcess.Argument, var role, var directory, .. var rest] => OtherProcess.PlayAsync(role, directory, rest),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
