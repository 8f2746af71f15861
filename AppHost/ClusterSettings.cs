using Microsoft.Extensions.Configuration;

namespace ClusterSearch.AppHost;

/// <summary>
/// What the cluster on the desk is made of. Read from the section "Cluster" of the configuration: appsettings.json, the
/// environment (Cluster__CpuSilos=2), or the command line (--Cluster:CpuSilos 2).
/// </summary>
internal sealed record ClusterSettings
{
    private const int MostSilos = 16;

    /// <summary>Silos that embed with the processor.</summary>
    public required int CpuSilos { get; init; }

    /// <summary>Silos that embed with a graphics processor each, the first with number 0.</summary>
    public required int GpuSilos { get; init; }

    /// <summary>Absolute.</summary>
    public required string Archive { get; init; }

    /// <summary>Absolute: the folder below which footage may be taken in from the page; null: none.</summary>
    public string? Footage { get; init; }

    /// <summary>A catalogue in a server that runs already, "Host=…;Database=…"; null: a container of the model's own.</summary>
    public string? Catalog { get; init; }

    /// <summary>Whether vectors lie in Milvus rather than in the embedded index.</summary>
    public required bool UsesMilvus { get; init; }

    /// <summary>Where the page is.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>Added to every port of silos, for two clusters on one machine.</summary>
    public int PortOffset { get; init; }

    /// <param name="configuration">Of the host.</param>
    /// <param name="directory">What relative paths count from.</param>
    /// <exception cref="InvalidOperationException">Values out of range: all of them, in one message.</exception>
    public static ClusterSettings Read(IConfiguration configuration, string directory)
    {
        var section = configuration.GetSection("Cluster");
        var footage = section["Footage"];
        var settings = new ClusterSettings
        {
            CpuSilos = section.GetValue("CpuSilos", 2),
            GpuSilos = section.GetValue("GpuSilos", 0),
            Archive = Path.GetFullPath(section["Archive"] is { Length: > 0 } archive ? archive : "../archive", directory),
            Footage = string.IsNullOrEmpty(footage) ? null : Path.GetFullPath(footage, directory),
            Catalog = section["Catalog"] is { Length: > 0 } catalog ? catalog : null,
            UsesMilvus = section.GetValue("Milvus", true),
            GatewayPort = section.GetValue("GatewayPort", 8420),
            PortOffset = section.GetValue("PortOffset", 0),
        };
        var faults = new List<string>();
        if (settings.CpuSilos < 0 || settings.GpuSilos < 0 || settings.CpuSilos + settings.GpuSilos is < 1 or > MostSilos)
            faults.Add($"CpuSilos and GpuSilos: expected 1 to {MostSilos} together, found {settings.CpuSilos} and {settings.GpuSilos}");
        if (settings.GatewayPort is < 1 or > 65535) faults.Add($"GatewayPort: expected 1 to 65535, found {settings.GatewayPort}");
        if (settings.PortOffset is < 0 or > 30000) faults.Add($"PortOffset: expected 0 to 30000, found {settings.PortOffset}");
        if (settings.Footage is { } folder && !Directory.Exists(folder)) faults.Add($"Footage: there is no folder {folder}");
        return faults.Count == 0 ? settings : throw new InvalidOperationException($"Cluster: {string.Join("; ", faults)}");
    }
}
