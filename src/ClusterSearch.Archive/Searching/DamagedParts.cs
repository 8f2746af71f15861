using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// What answers say of damaged parts of an index, whoever met them: a process knows only those that its own searches touched. A disk that
/// fails breaks thousands of blocks, and every answer carries the lines, so they end somewhere.
/// </summary>
internal static class DamagedParts
{
    public static IReadOnlyList<string> Of(IVectorSnapshot snapshot) => Join([.. snapshot.Faults.Select(fault => fault.PublicMessage)]);

    /// <summary>Each part once, in an order that does not depend on who answered first.</summary>
    public static IReadOnlyList<string> Join(params IEnumerable<IReadOnlyList<string>> known)
    {
        List<string> parts = [.. known.SelectMany(lines => lines).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(Coverage.MaximumDamagedParts)];
        // One empty list for all: a record compares lists by reference.
        if (parts.Count == 0) return [];
        return parts;
    }
}
