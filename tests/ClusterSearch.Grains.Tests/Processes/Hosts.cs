using System.Globalization;
using System.Net;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>Several hosts on one machine: network namespaces on a bridge, each with an address and a link that can be cut.</summary>
internal sealed class Hosts : IAsyncDisposable
{
    private static readonly string Mark = (Environment.ProcessId % 9000 + 1000).ToString(CultureInfo.InvariantCulture);

    private readonly int _subnet = 16 + Environment.ProcessId % 200;
    private readonly List<string> _names = [];

    private static string Bridge => $"csb{Mark}";

    /// <summary>Where what runs outside of all namespaces is reached from within.</summary>
    public IPAddress Outside => Address(1);

    /// <returns>Why there can be none here; null with the hosts.</returns>
    public static async Task<(Hosts? Hosts, string? Missing)> TryCreateAsync(params string[] names)
    {
        var hosts = new Hosts();
        try
        {
            await IpAsync("link", "add", Bridge, "type", "bridge");
            await IpAsync("addr", "add", $"{hosts.Outside}/24", "dev", Bridge);
            await IpAsync("link", "set", Bridge, "up");
            foreach (var name in names)
            {
                hosts._names.Add(name);
                var (space, link) = (Space(name), hosts.Link(name));
                await IpAsync("netns", "add", space);
                await IpAsync("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space);
                await IpAsync("link", "set", link, "master", Bridge, "up");
                await IpAsync("-n", space, "addr", "add", $"{hosts.AddressOf(name)}/24", "dev", "eth0");
                await IpAsync("-n", space, "link", "set", "eth0", "up");
                await IpAsync("-n", space, "link", "set", "lo", "up");
            }
            return (hosts, null);
        }
        catch (Exception refused) when (refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await hosts.DisposeAsync();
            return (null, $"needs the right to make network namespaces (iproute2, root): {refused.Message.Trim()}");
        }
    }

    public IPAddress AddressOf(string name) => Address(2 + _names.IndexOf(name));

    /// <summary>What runs a command on a host.</summary>
    public static string[] On(string name) => ["ip", "netns", "exec", Space(name)];

    public Task CutAsync(string name) => IpAsync("link", "set", Link(name), "down");

    public Task HealAsync(string name) => IpAsync("link", "set", Link(name), "up");

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _names) await OrleansScripts.RunAsync("ip", ["netns", "del", Space(name)], CancellationToken.None);
        await OrleansScripts.RunAsync("ip", ["link", "del", Bridge], CancellationToken.None);
    }

    private IPAddress Address(int host) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.77.{_subnet}.{host}"));

    private static string Space(string name) => $"cs{Mark}{name}";

    private string Link(string name) => $"csv{Mark}{_names.IndexOf(name)}";

    private static async Task IpAsync(params string[] arguments)
    {
        var (exitCode, said) = await OrleansScripts.RunAsync("ip", arguments, CancellationToken.None);
        if (exitCode != 0) throw new InvalidOperationException(said);
    }
}
