using System.Globalization;
using ClusterSearch.Core;

namespace ClusterSearch.Milvus;

/// <summary>Options behind the question mark of an address, milvus:http://host:19530?index=flat&amp;consistency=strong: they are kept with it.</summary>
public static class MilvusSettings
{
    private static readonly Dictionary<string, MilvusIndexType> IndexTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hnsw"] = MilvusIndexType.Hnsw,
        ["flat"] = MilvusIndexType.Flat,
        ["ivf_flat"] = MilvusIndexType.IvfFlat,
        ["diskann"] = MilvusIndexType.DiskAnn,
        ["auto"] = MilvusIndexType.Automatic,
    };

    private static readonly Dictionary<string, Func<MilvusOptions, string, MilvusOptions?>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["index"] = (options, text) => IndexTypes.TryGetValue(text, out var type) ? options with { Index = options.Index with { Type = type } } : null,
        ["m"] = Number((options, number) => options with { Index = options.Index with { Links = number } }),
        ["ef_construction"] = Number((options, number) => options with { Index = options.Index with { BuildCandidates = number } }),
        ["ef"] = Number((options, number) => options with { Index = options.Index with { SearchCandidates = number } }),
        ["nlist"] = Number((options, number) => options with { Index = options.Index with { Cells = number } }),
        ["nprobe"] = Number((options, number) => options with { Index = options.Index with { ProbedCells = number } }),
        ["consistency"] = (options, text) => Enum.TryParse<MilvusConsistency>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) ? options with { Consistency = level } : null,
        ["shards"] = (options, text) => text.Equals("month", StringComparison.OrdinalIgnoreCase) ? options with { Sharding = MilvusSharding.ByMonth }
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var samples) ? options with { Sharding = MilvusSharding.BySize, SamplesPerShard = samples } : null,
        ["batch"] = Number((options, number) => options with { BatchBytes = number }),
    };

    /// <summary>What may be set, with the values it takes.</summary>
    public static string Help => $"index={string.Join('|', IndexTypes.Keys)}, m, ef_construction, ef, nlist, nprobe, consistency=session|strong|bounded|eventually, shards=month|SAMPLES, batch=BYTES";

    /// <param name="text">An address with options.</param>
    /// <param name="options">What they change.</param>
    /// <exception cref="ClusterSearchException">request.invalid, with everything that is wrong.</exception>
    public static MilvusOptions Apply(string text, MilvusOptions options)
    {
        var faults = new List<string>();
        foreach (var part in text.Split('?', 2).Skip(1).SelectMany(query => query.Split('&', StringSplitOptions.RemoveEmptyEntries)))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left, Uri.UnescapeDataString(right)) : (part, "");
            if (Known.TryGetValue(name, out var apply) && apply(options, value) is { } changed) options = changed;
            else faults.Add($"'{part}'");
        }
        try
        {
            if (faults.Count == 0) options.Validate();
        }
        catch (ArgumentException fault)
        {
            faults.Add(fault.Message);
        }
        return faults.Count == 0 ? options
            : throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"Milvus's address: expected options of {Help}; found {string.Join(", ", faults)}");
    }

    private static Func<MilvusOptions, string, MilvusOptions?> Number(Func<MilvusOptions, int, MilvusOptions> apply) =>
        (options, text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? apply(options, number) : null;
}
