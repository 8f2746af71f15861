using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Protocol;
using ClusterSearch.Milvus.Videos;
using ClusterSearch.Milvus.Writing;

namespace ClusterSearch.Milvus.Tests.Wire;

/// <summary>A column of another type than its field's is taken by a server of 2.3, which ends when it reads the rows.</summary>
public sealed class LayoutTests
{
    private static readonly IReadOnlyList<Unit> Some = Footage.Units(new Random(3), 16, 40, 12);
    private static readonly VideoAttributes Attributes = new("gate", null, DateTimeOffset.UnixEpoch);

    public static TheoryData<string> Kinds => ["units", "samples", "videos", "units again", "samples again"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_have_every_column_of_their_collection_in_its_type(string kind)
    {
        var rows = new NewRows(Footage.Id(1), Attributes, 7);
        var (layout, made) = kind switch
        {
            "units" => (CollectionLayout.Units, rows.Units(Some)),
            "samples" => (CollectionLayout.Samples, rows.Samples(Some)),
            "units again" => (CollectionLayout.Units, (rows with { Born = 9 }).Again(rows.Units(Some).At([1, 0]))),
            "samples again" => (CollectionLayout.Samples, (rows with { Born = 9 }).SamplesAgain(rows.Samples(Some).At([3]))),
            _ => (CollectionLayout.Videos, NewRows.OfVideos([new VideoState(Footage.Id(1), 7, Attributes, "s00001", 3, 40, 56, 16, 55)])),
        };
        var fields = made.Fields.ToDictionary(field => field.FieldName);
        Assert.Equal(layout.Columns.Select(column => column.Name).Order(), fields.Keys.Order());
        foreach (var column in layout.Columns)
        {
            var field = fields[column.Name];
            Assert.Equal(column.Type, field.Type);
            Assert.Equal(made.Count, column.Type switch
            {
                DataType.VarChar => field.Scalars.StringData.Data.Count,
                DataType.Int64 => field.Scalars.LongData.Data.Count,
                DataType.Double => field.Scalars.DoubleData.Data.Count,
                DataType.Float => field.Scalars.FloatData.Data.Count,
                _ => field.Vectors.FloatVector.Data.Count / (int)field.Vectors.Dim,
            });
            if (column.Type == DataType.FloatVectorType) Assert.Equal(layout.VectorLength(12), field.Vectors.Dim);
        }
        // 64 fields are what every release takes.
        Assert.InRange(layout.Columns.Count, 1, 64);
    }

    [Fact]
    public void A_vector_column_without_a_dimension_cannot_be_made() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rows(1).PutVectors("v", 0, [ReadOnlyMemory<float>.Empty]));

    [Fact]
    public void Columns_of_different_lengths_cannot_be_made() => Assert.Throws<ArgumentException>(() => new Rows(2).Put("n", new long[] { 1 }));

    [Fact]
    public void A_video_s_row_says_what_it_was_told()
    {
        var state = new VideoState(Footage.Id(5), 12, new VideoAttributes("a\"b", "", new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.FromHours(2))), "m2024_05", 1, 2, 3, 0.5, 1.5);
        Assert.Equal(state, VideoState.Parse(state.Id.Value, state.Born, state.ToContent()));
    }
}
