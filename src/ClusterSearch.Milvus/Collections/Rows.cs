using ClusterSearch.Milvus.Protocol;

namespace ClusterSearch.Milvus.Collections;

/// <summary>Rows of one collection, column by column, as they are sent and as they come.</summary>
internal sealed class Rows
{
    private readonly Dictionary<string, FieldData> _columns = new(StringComparer.Ordinal);

    public Rows(int count) => Count = count;

    /// <param name="fields">As a server sent them, in any order.</param>
    public Rows(int count, IEnumerable<FieldData> fields)
        : this(count)
    {
        foreach (var field in fields) _columns[field.FieldName] = field;
    }

    public int Count { get; }

    public IEnumerable<FieldData> Fields => _columns.Values;

    public IReadOnlyList<string> Texts(string name) => _columns.TryGetValue(name, out var field) ? field.Scalars?.StringData?.Data ?? [] : [];

    public IReadOnlyList<long> Longs(string name) => _columns.TryGetValue(name, out var field) ? field.Scalars?.LongData?.Data ?? [] : [];

    public IReadOnlyList<double> Doubles(string name) => _columns.TryGetValue(name, out var field) ? field.Scalars?.DoubleData?.Data ?? [] : [];

    public IReadOnlyList<float> Floats(string name) => _columns.TryGetValue(name, out var field) ? field.Scalars?.FloatData?.Data ?? [] : [];

    /// <summary>[Count, dimension], row-major.</summary>
    public float[] Vectors(string name) => _columns.TryGetValue(name, out var field) ? [.. field.Vectors?.FloatVector?.Data ?? []] : [];

    public Rows Put(string name, IEnumerable<string> values)
    {
        var data = new StringArray();
        data.Data.AddRange(values);
        return Put(name, DataType.VarChar, data.Data.Count, new ScalarField { StringData = data });
    }

    public Rows Put(string name, IEnumerable<long> values)
    {
        var data = new LongArray();
        data.Data.AddRange(values);
        return Put(name, DataType.Int64, data.Data.Count, new ScalarField { LongData = data });
    }

    public Rows Put(string name, IEnumerable<double> values)
    {
        var data = new DoubleArray();
        data.Data.AddRange(values);
        return Put(name, DataType.Double, data.Data.Count, new ScalarField { DoubleData = data });
    }

    public Rows Put(string name, IEnumerable<float> values)
    {
        var data = new FloatArray();
        data.Data.AddRange(values);
        return Put(name, DataType.Float, data.Data.Count, new ScalarField { FloatData = data });
    }

    /// <param name="dimension">Above 0: a server of 2.3 ends with 0.</param>
    /// <param name="rows">Each of that length.</param>
    public Rows PutVectors(string name, int dimension, IEnumerable<ReadOnlyMemory<float>> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        var data = new FloatArray();
        data.Data.Capacity = Count * dimension;
        foreach (var row in rows)
            foreach (var value in row.Span) data.Data.Add(value);
        RequireLength(name, data.Data.Count, Count * dimension);
        _columns[name] = new FieldData { Type = DataType.FloatVectorType, FieldName = name, Vectors = new VectorField { Dim = dimension, FloatVector = data } };
        return this;
    }

    /// <summary>Those at some places.</summary>
    public Rows At(IReadOnlyList<int> places)
    {
        var chosen = new Rows(places.Count);
        foreach (var (name, field) in _columns)
        {
            if (field.Vectors is { } vectors)
            {
                var (dimension, all) = ((int)vectors.Dim, Vectors(name));
                chosen.PutVectors(name, dimension, places.Select(place => new ReadOnlyMemory<float>(all, place * dimension, dimension)));
                continue;
            }
            switch (field.Scalars.DataCase)
            {
                case ScalarField.DataOneofCase.StringData: chosen.Put(name, places.Select(place => field.Scalars.StringData.Data[place])); break;
                case ScalarField.DataOneofCase.LongData: chosen.Put(name, places.Select(place => field.Scalars.LongData.Data[place])); break;
                case ScalarField.DataOneofCase.DoubleData: chosen.Put(name, places.Select(place => field.Scalars.DoubleData.Data[place])); break;
                default: chosen.Put(name, places.Select(place => field.Scalars.FloatData.Data[place])); break;
            }
        }
        return chosen;
    }

    /// <summary>The same rows with some columns put anew; the others are shared.</summary>
    public Rows Copy() => new(Count, _columns.Values);

    private Rows Put(string name, DataType type, int length, ScalarField scalars)
    {
        RequireLength(name, length, Count);
        _columns[name] = new FieldData { Type = type, FieldName = name, Scalars = scalars };
        return this;
    }

    private static void RequireLength(string name, int length, int expected)
    {
        if (length != expected) throw new ArgumentException($"column {name}: {expected} values were expected, found {length}", nameof(name));
    }
}
