using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ClusterSearch.Benchmarks;

// dotnet run -c Release --project load-tests/ClusterSearch.Benchmarks -- --filter '*Preparation*'
// dotnet run -c Release --project load-tests/ClusterSearch.Benchmarks -- fast-resize
// dotnet run -c Release --project load-tests/ClusterSearch.Benchmarks -- session-options
if (args is ["fast-resize", ..]) return await FastResizeDeviation.RunAsync();

if (args is ["session-options", ..]) return await SessionOptionsTrial.RunAsync(args[1..]);

// In this process: what is measured calls native code or a tight loop, and no second project needs to be built.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(7);
var config = DefaultConfig.Instance
    .AddJob(job)
    .AddColumn(new PerSecondColumn(), new MegapixelColumn(), new GigabytesColumn())
    .HideColumns(Column.Error, Column.Job, Column.Toolchain, Column.WarmupCount, Column.IterationCount);
BenchmarkSwitcher.FromAssembly(typeof(PerSecondColumn).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
return 0;
