using ClusterSearch.Milvus.Tests.Server;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace ClusterSearch.Milvus.Tests;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args.Contains("--server") || args.Contains("--internal-msbuild-node"))
            return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        return await NetworkNamespace.RunWithinAsync(args) ?? await ConsoleRunner.Run(args);
    }
}
