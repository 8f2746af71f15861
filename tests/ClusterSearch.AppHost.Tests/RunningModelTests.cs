using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ClusterSearch.Testing;

namespace ClusterSearch.AppHost.Tests;

/// <summary>The real AppHost, run by Aspire's orchestrator: silos and gateway as processes, PostgreSQL outside, since no container engine is asked for.</summary>
public sealed class RunningModelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Silos_and_gateway_start_take_footage_in_and_find_it()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var limit = new CancellationTokenSource(Patience);
        using var directory = new TemporaryDirectory();
        await using var server = await PostgresServer.CreateAsync();
        var port = FreePort();
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ClusterSearch_AppHost>(
            [
                $"--Cluster:Catalog={server.ConnectionString}", "--Cluster:Milvus=false", "--Cluster:CpuSilos=2", $"--Cluster:GatewayPort={port}",
                $"--Cluster:PortOffset={Random.Shared.Next(1000, 2000) * 10}", $"--Cluster:Archive={directory.File("archive")}", $"--Cluster:Footage={TestAssets.Samples}",
            ], limit.Token);
        await using var app = await builder.BuildAsync(limit.Token);
        await app.StartAsync(limit.Token);
        foreach (var name in new[] { "silo-cpu-0", "silo-cpu-1", "gateway" }) await app.ResourceNotifications.WaitForResourceHealthyAsync(name, limit.Token);

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using (var register = await client.PostAsJsonAsync("/api/v1/ingestion/register", new { root = "footage", path = "" }, limit.Token))
            Assert.True(register.IsSuccessStatusCode, await register.Content.ReadAsStringAsync(limit.Token));
        // The three samples have 64 samples at one a second.
        JsonElement answer;
        do
        {
            await Task.Delay(200, limit.Token);
            answer = await SearchAsync(client, limit.Token);
        }
        while (answer.GetProperty("coverage").GetProperty("samples").GetInt64() < 64);
        Assert.NotEqual(0, answer.GetProperty("moments").GetArrayLength());
        await app.StopAsync(limit.Token);
    }

    private static async Task<JsonElement> SearchAsync(HttpClient client, CancellationToken cancellation)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/search", new { parts = new[] { new { kind = "text", text = "a cat" } }, limit = 3 }, cancellation);
        // Until the first footage is registered the archive has no model to embed a query with.
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation) : JsonDocument.Parse("""{"coverage":{"samples":0},"moments":[]}""").RootElement;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
