using ClusterSearch.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
ClusterModel.AddTo(builder, ClusterSettings.Read(builder.Configuration, builder.AppHostDirectory));
await builder.Build().RunAsync();
