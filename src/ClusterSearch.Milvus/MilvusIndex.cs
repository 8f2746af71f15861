using System.Globalization;

namespace ClusterSearch.Milvus;

/// <summary>
/// Which index Milvus builds over vectors, and how it is searched. Only types that score with the stored vectors are offered:
/// a unit's bound is one only if its score is exact. Milvus builds an index for each segment of half a million rows or so.
/// </summary>
public sealed record MilvusIndex
{
    public MilvusIndexType Type { get; init; } = MilvusIndexType.Hnsw;

    /// <summary>HNSW's M: links of a vector, 2 to 2048.</summary>
    public int Links { get; init; } = 16;

    /// <summary>HNSW's efConstruction: candidates while it is built.</summary>
    public int BuildCandidates { get; init; } = 200;

    /// <summary>HNSW's ef: candidates of a search, at least as many as hits are wanted.</summary>
    public int SearchCandidates { get; init; } = 256;

    /// <summary>IVF_FLAT's nlist: cells of a segment.</summary>
    public int Cells { get; init; } = 1024;

    /// <summary>IVF_FLAT's nprobe: cells that a search looks into.</summary>
    public int ProbedCells { get; init; } = 64;

    internal string Name => Type switch
    {
        MilvusIndexType.Flat => "FLAT",
        MilvusIndexType.IvfFlat => "IVF_FLAT",
        MilvusIndexType.DiskAnn => "DISKANN",
        MilvusIndexType.Automatic => "AUTOINDEX",
        _ => "HNSW",
    };

    /// <summary>2.3.5 accepts DISKANN where it was built without, and never builds it: nothing to wait for.</summary>
    internal bool IsWaitedFor => Type is not (MilvusIndexType.DiskAnn or MilvusIndexType.Automatic);

    internal string BuildParameters => Type switch
    {
        MilvusIndexType.Hnsw => string.Create(CultureInfo.InvariantCulture, $$"""{"M":{{Links}},"efConstruction":{{BuildCandidates}}}"""),
        MilvusIndexType.IvfFlat => string.Create(CultureInfo.InvariantCulture, $$"""{"nlist":{{Cells}}}"""),
        _ => "{}",
    };

    /// <param name="hits">Wanted.</param>
    internal string SearchParameters(int hits) => Type switch
    {
        // ef below the number of hits is refused.
        MilvusIndexType.Hnsw => string.Create(CultureInfo.InvariantCulture, $"\"ef\":{Math.Max(SearchCandidates, hits)}"),
        MilvusIndexType.IvfFlat => string.Create(CultureInfo.InvariantCulture, $"\"nprobe\":{Math.Min(ProbedCells, Cells)}"),
        MilvusIndexType.DiskAnn => string.Create(CultureInfo.InvariantCulture, $"\"search_list\":{Math.Max(SearchCandidates, hits)}"),
        _ => "",
    };

    internal void Validate()
    {
        Require(Links is >= 2 and <= 2048, $"links are 2 to 2048, found {Links}");
        Require(BuildCandidates is >= 8 and <= 512, $"candidates while building are 8 to 512, found {BuildCandidates}");
        Require(SearchCandidates is >= 1 and <= 32768, $"candidates of a search are 1 to 32768, found {SearchCandidates}");
        Require(Cells is >= 1 and <= 65536, $"cells are 1 to 65536, found {Cells}");
        Require(ProbedCells is >= 1 and <= 65536, $"probed cells are 1 to 65536, found {ProbedCells}");
    }

    private static void Require(bool isMet, string message)
    {
        if (!isMet) throw new ArgumentException(message);
    }
}

/// <summary>Index types.</summary>
public enum MilvusIndexType
{
    /// <summary>A graph; approximate, a few milliseconds.</summary>
    Hnsw,

    /// <summary>None: every vector is scored, and nothing is missed of rows that the server has put into an index.</summary>
    Flat,

    /// <summary>Cells; approximate, smaller and slower than a graph.</summary>
    IvfFlat,

    /// <summary>A graph on the server's disk, where the server has it.</summary>
    DiskAnn,

    /// <summary>What the server thinks best.</summary>
    Automatic,
}
