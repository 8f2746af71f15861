using System.Globalization;
using ClusterSearch.Milvus.Protocol;
using KeyValuePair = ClusterSearch.Milvus.Protocol.KeyValuePair;

namespace ClusterSearch.Milvus.Collections;

/// <summary>The columns of a collection. A column's data is always made for the type that stands here: another one would end the server.</summary>
/// <param name="Kind">Ends the collection's name.</param>
/// <param name="VectorColumn">The one that an index is built over.</param>
/// <param name="Columns">All of them, the key first.</param>
internal sealed record CollectionLayout(string Kind, string VectorColumn, IReadOnlyList<ColumnLayout> Columns)
{
    private const int KeyBytes = 96;
    private const int VideoBytes = 32;
    private const int NameBytes = 1024;

    /// <summary>
    /// The bound is [mean, radius]: its product with [q, |q|] is the upper bound of a unit's scores, so that Milvus itself
    /// returns units in the order of their bounds.
    /// </summary>
    public static CollectionLayout Units { get; } = new("units", Collections.Columns.Bound,
    [
        Text(Collections.Columns.Key, KeyBytes), Text(Collections.Columns.Video, VideoBytes) with { IsIndexed = true },
        Long(Collections.Columns.First), Long(Collections.Columns.Shot), Long(Collections.Columns.Count), Long(Collections.Columns.Born), Long(Collections.Columns.Died),
        new(Collections.Columns.FirstSecond, DataType.Double), new(Collections.Columns.LastSecond, DataType.Double), Long(Collections.Columns.FirstWall), Long(Collections.Columns.LastWall),
        Text(Collections.Columns.Seconds, 256), Long(Collections.Columns.Digest), new(Collections.Columns.Radius, DataType.Float),
        Text(Collections.Columns.Camera, NameBytes), Text(Collections.Columns.Zone, NameBytes), new(Collections.Columns.Bound, DataType.FloatVectorType),
    ]);

    public static CollectionLayout Samples { get; } = new("samples", Collections.Columns.Vector,
    [
        Text(Collections.Columns.Key, KeyBytes), Text(Collections.Columns.Video, VideoBytes) with { IsIndexed = true },
        Long(Collections.Columns.Number), Long(Collections.Columns.Unit), Long(Collections.Columns.Shot), Long(Collections.Columns.Born), Long(Collections.Columns.Died),
        new(Collections.Columns.Second, DataType.Double), Long(Collections.Columns.Wall),
        Text(Collections.Columns.Camera, NameBytes), Text(Collections.Columns.Zone, NameBytes), new(Collections.Columns.Vector, DataType.FloatVectorType),
    ]);

    /// <summary>One small row for each write of a video: which there are, and what they hold. Milvus wants a vector in every collection.</summary>
    public static CollectionLayout Videos { get; } = new("videos", Collections.Columns.Nothing,
    [
        Text(Collections.Columns.Key, KeyBytes), Text(Collections.Columns.Video, VideoBytes), Long(Collections.Columns.Born),
        Text(Collections.Columns.Content, 65535), new(Collections.Columns.Nothing, DataType.FloatVectorType),
    ]);

    public static IReadOnlyList<CollectionLayout> All { get; } = [Units, Samples, Videos];

    /// <summary>Names of all columns but the vector's.</summary>
    public IEnumerable<string> ScalarColumns => Columns.Where(column => column.Name != VectorColumn).Select(column => column.Name);

    /// <param name="dimension">Of the encoding's vectors.</param>
    /// <returns>Of this collection's.</returns>
    public int VectorLength(int dimension) => this == Units ? dimension + 1 : this == Samples ? dimension : NoVector.Length;

    public static float[] NoVector { get; } = [0, 0];

    public CollectionSchema ToSchema(string name, int dimension)
    {
        var schema = new CollectionSchema { Name = name, Description = "ClusterSearch" };
        foreach (var column in Columns)
        {
            var field = new FieldSchema { Name = column.Name, DataType = column.Type, IsPrimaryKey = column.Name == Collections.Columns.Key };
            if (column.Type == DataType.VarChar) field.TypeParams.Add(new KeyValuePair { Key = "max_length", Value = column.MaximumBytes.ToString(CultureInfo.InvariantCulture) });
            if (column.Type == DataType.FloatVectorType) field.TypeParams.Add(new KeyValuePair { Key = "dim", Value = VectorLength(dimension).ToString(CultureInfo.InvariantCulture) });
            schema.Fields.Add(field);
        }
        return schema;
    }

    private static ColumnLayout Text(string name, int maximumBytes) => new(name, DataType.VarChar) { MaximumBytes = maximumBytes };

    private static ColumnLayout Long(string name) => new(name, DataType.Int64);
}

/// <summary>One column.</summary>
internal sealed record ColumnLayout(string Name, DataType Type)
{
    /// <summary>Of a text.</summary>
    public int MaximumBytes { get; init; }

    /// <summary>A scalar index is built over it.</summary>
    public bool IsIndexed { get; init; }
}
