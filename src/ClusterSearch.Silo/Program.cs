using ClusterSearch.Hosting;
using ClusterSearch.Silo;

using var interruption = new Interruption(Console.Error, !Console.IsErrorRedirected);
return await new SiloProgram(Console.Out, Console.Error, Environment.GetEnvironmentVariable, Environment.CurrentDirectory)
    .RunAsync(args, interruption.Token);
