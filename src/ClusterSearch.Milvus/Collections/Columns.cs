namespace ClusterSearch.Milvus.Collections;

/// <summary>Names of the collections' columns.</summary>
internal static class Columns
{
    /// <summary>What a row says and the generation that wrote it, as text: the same write said twice is one row.</summary>
    public const string Key = "key";
    public const string Video = "video";

    /// <summary>The generation that wrote the row, and the one that replaced it.</summary>
    public const string Born = "born";
    public const string Died = "died";

    public const string Camera = "camera";
    public const string Zone = "zone";

    // Units.
    public const string First = "first";
    public const string Shot = "shot";
    public const string Count = "count";
    public const string FirstSecond = "first_second";
    public const string LastSecond = "last_second";
    public const string FirstWall = "first_wall";
    public const string LastWall = "last_wall";
    public const string Seconds = "seconds";
    public const string Digest = "digest";
    public const string Radius = "radius";
    public const string Bound = "bound";

    // Samples.
    public const string Number = "number";
    public const string Unit = "unit";
    public const string Second = "second";
    public const string Wall = "wall";
    public const string Vector = "vector";

    // Videos.
    public const string Content = "content";
    public const string Nothing = "nothing";
}
