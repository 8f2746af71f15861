using System.Globalization;
using ClusterSearch.Milvus.Collections;

namespace ClusterSearch.Milvus.Generations;

/// <summary>
/// Which writes count. Every write has a number of its own; rows carry the one that wrote them (born) and the one that replaced
/// them (died, at first <see cref="Never"/>). A write counts once the archive's catalogue names its number as the last one.
/// <para>
/// A writer begins far behind the last published number. The numbers between are a hole: whatever an earlier writer that was
/// killed or cut off still gets into Milvus lies in it, and never counts.
/// </para>
/// </summary>
/// <param name="Last">The last one that counts.</param>
/// <param name="HoleFirst">First number of the hole.</param>
/// <param name="HoleEnd">Behind its last; equal to <paramref name="HoleFirst"/> when there is none.</param>
internal readonly record struct PublishedGenerations(long Last, long HoleFirst, long HoleEnd)
{
    /// <summary>Of a row that was not replaced.</summary>
    public const long Never = long.MaxValue;

    public static PublishedGenerations None { get; } = new(0, 0, 0);

    /// <summary>Rows of this state.</summary>
    public string Visible => Text($"{Columns.Born} <= {Last}{Outside(Columns.Born)} and ({Columns.Died} > {Last}{OrInside(Columns.Died)})");

    /// <summary>Rows of the videos' collection, which do not die.</summary>
    public string Known => Text($"{Columns.Born} <= {Last}{Outside(Columns.Born)}");

    /// <summary>Rows of writes that never counted.</summary>
    public string Stray => Text($"{Columns.Born} > {Last}{OrInside(Columns.Born)}");

    /// <summary>Rows of this state that a write which never counted has marked as replaced.</summary>
    public string WronglyDead => Text($"{Known} and {Columns.Died} != {Never} and ({Columns.Died} > {Last}{OrInside(Columns.Died)})");

    /// <summary>Rows that no state from this one on shows.</summary>
    public string Dead => Text($"{Columns.Died} <= {Last}{Outside(Columns.Died)}");

    public bool Counts(long generation) => generation <= Last && (generation < HoleFirst || generation >= HoleEnd);

    private bool HasHole => HoleEnd > HoleFirst;

    private string Outside(string column) => HasHole ? Text($" and ({column} < {HoleFirst} or {column} >= {HoleEnd})") : "";

    private string OrInside(string column) => HasHole ? Text($" or ({column} >= {HoleFirst} and {column} < {HoleEnd})") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
