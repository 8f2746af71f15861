namespace ClusterSearch.Catalog.Rows;

/// <summary>One row of an answer, whichever database gave it. Columns count from 0. Implemented by structs and used as a type parameter: nothing is boxed.</summary>
internal interface IRow
{
    long Int64(int column);

    int Int32(int column);

    double Double(int column);

    bool Bool(int column);

    string Text(int column);

    string? TextOrNull(int column);

    byte[] Bytes(int column);

    bool IsNull(int column);
}
