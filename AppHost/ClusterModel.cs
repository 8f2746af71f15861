using System.Globalization;

namespace ClusterSearch.AppHost;

/// <summary>
/// The application model: PostgreSQL for the catalogue, Milvus for vectors, silos, and the gateway role, which
/// all send their telemetry to Aspire's dashboard. Every command line below is one that `clustersearch-silo --help` tells.
/// </summary>
internal static class ClusterModel
{
    private const int FirstSiloPort = 11111;
    private const int FirstClientPort = 30000;
    private const int FirstHealthPort = 8421;
    private const int MilvusPort = 19530;
    private const int MilvusHealthPort = 9091;

    public static void AddTo(IDistributedApplicationBuilder builder, ClusterSettings settings)
    {
        var catalogue = settings.Catalog is null ? AddPostgres(builder) : null;
        var milvus = settings.UsesMilvus ? AddMilvus(builder) : null;

        var silos = new List<IResourceBuilder<ProjectResource>>();
        for (var i = 0; i < settings.CpuSilos + settings.GpuSilos; i++)
        {
            var processor = i - settings.CpuSilos;
            var health = FirstHealthPort + settings.PortOffset + i;
            var silo = AddMember(builder, processor < 0 ? $"silo-cpu-{i}" : $"silo-gpu-{processor}", "silo", settings, catalogue, milvus)
                .WithArgs("--silo-port", Number(FirstSiloPort + settings.PortOffset + i), "--gateway-port", Number(FirstClientPort + settings.PortOffset + i), "--health", $"http://127.0.0.1:{health}")
                .WithHttpEndpoint(port: health, name: "health", isProxied: false)
                .WithHttpHealthCheck("/health", endpointName: "health");
            silos.Add(processor < 0 ? silo.WithArgs("--embed", "always") : silo.WithArgs("--provider", "cuda", "--device", Number(processor)));
        }
        var gateway = AddMember(builder, "gateway", "gateway", settings, catalogue, milvus)
            .WithArgs("--urls", $"http://127.0.0.1:{settings.GatewayPort}", "--gateway-port", Number(FirstClientPort + settings.PortOffset))
            .WithHttpEndpoint(port: settings.GatewayPort, name: "page", isProxied: false)
            .WithHttpHealthCheck("/health/ready", endpointName: "page");
        foreach (var silo in silos) gateway.WaitFor(silo);
    }

    private static IResourceBuilder<ProjectResource> AddMember(
        IDistributedApplicationBuilder builder, string name, string role, ClusterSettings settings,
        IResourceBuilder<PostgresDatabaseResource>? catalogue, IResourceBuilder<ContainerResource>? milvus)
    {
        // Ports are given on the command line, not by launch settings.
        var member = builder.AddProject<Projects.ClusterSearch_Silo>(name, options => options.ExcludeLaunchProfile = true)
            // On one machine members find each other by the first silo's port; Orleans' tables in PostgreSQL are for several.
            .WithArgs("--role", role, "--archive", settings.Archive, "--clustering", "localhost", "--primary-port", Number(FirstSiloPort + settings.PortOffset));
        if (catalogue is null) member.WithEnvironment("CLUSTERSEARCH_CATALOG", settings.Catalog);
        else member.WithEnvironment("CLUSTERSEARCH_CATALOG", ReferenceExpression.Create($"{catalogue}")).WaitFor(catalogue);
        if (settings.Footage is { } footage) member.WithArgs("--root", $"footage={footage}");
        if (milvus is not null)
            member.WithEnvironment("CLUSTERSEARCH_VECTORS", ReferenceExpression.Create($"milvus:{milvus.GetEndpoint("grpc")}")).WaitFor(milvus);
        return member;
    }

    private static IResourceBuilder<PostgresDatabaseResource> AddPostgres(IDistributedApplicationBuilder builder)
    {
        var password = builder.AddParameter("postgres-password", secret: true);
        return builder.AddPostgres("postgres", password: password).WithDataVolume("clustersearch-catalogue").AddDatabase("catalogue", "clustersearch");
    }

    /// <summary>One container with etcd and storage of its own, as Milvus' own script for a single machine starts it.</summary>
    private static IResourceBuilder<ContainerResource> AddMilvus(IDistributedApplicationBuilder builder) => builder
        .AddContainer("milvus", "milvusdb/milvus", "v2.5.16")
        .WithArgs("milvus", "run", "standalone")
        .WithEnvironment("ETCD_USE_EMBED", "true")
        .WithEnvironment("ETCD_DATA_DIR", "/var/lib/milvus/etcd")
        .WithEnvironment("COMMON_STORAGETYPE", "local")
        .WithEnvironment("DEPLOY_MODE", "STANDALONE")
        .WithVolume("clustersearch-vectors", "/var/lib/milvus")
        .WithHttpEndpoint(targetPort: MilvusPort, name: "grpc")
        .WithHttpEndpoint(targetPort: MilvusHealthPort, name: "health")
        .WithHttpHealthCheck("/healthz", endpointName: "health");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
