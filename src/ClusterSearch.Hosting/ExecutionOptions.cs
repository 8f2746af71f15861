using System.CommandLine;
using ClusterSearch.Hosting.Parsing;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Hosting;

/// <summary>What a model's graphs run on.</summary>
public sealed class ExecutionOptions(Option<string?> provider, Option<string?> device, Option<string?> memory, Option<bool> tf32)
{
    private const int LastDevice = 255;

    public static ExecutionOptions AddTo(Command command) => new(
        command.AddValue("--provider", "cpu|cuda", "What the model runs on. Default: cpu."),
        command.AddValue("--device", "N[,N…]", "With cuda: which graphics processors, from 0; all of one kind. Default: 0."),
        command.AddValue("--device-memory", "SIZE", "With cuda: memory that a session may take of a graphics processor, such as 4G. Default: no limit."),
        command.AddFlag("--tf32", "With cuda: multiply in TF32; faster, and other bits."));

    public IReadOnlyList<Option> All { get; } = [provider, device, memory, tf32];

    /// <exception cref="UsageException">A value is none, or says something of a device where there is none.</exception>
    public ModelOptions Read(ParseResult parse)
    {
        var name = parse.GetValue(provider)?.ToLowerInvariant() ?? "cpu";
        if (name is not ("cpu" or "cuda")) throw new UsageException($"{provider.Name}: expected cpu or cuda, found '{name}'");
        if (name == "cpu" && (parse.GetValue(device) is not null || parse.GetValue(memory) is not null || parse.GetValue(tf32)))
            throw new UsageException($"{device.Name}, {memory.Name} and {tf32.Name} go with {provider.Name} cuda");
        var devices = (parse.GetValue(device) ?? "0").Split(',').Select(one => Choice.Number(one, device.Name, 0, LastDevice)).ToList();
        if (devices.Distinct().Count() != devices.Count) throw new UsageException($"{device.Name}: each graphics processor once, found '{parse.GetValue(device)}'");
        return new ModelOptions
        {
            Provider = name,
            DeviceIds = devices,
            DeviceMemoryLimit = parse.GetValue(memory) is { } size ? ByteSyntax.Parse(size, memory.Name) : null,
            AllowTf32 = parse.GetValue(tf32),
        };
    }
}
