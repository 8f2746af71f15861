using System.Globalization;
using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Videos;

/// <summary>A video as its row holds it.</summary>
internal static class VideoColumns
{
    public const string All = "id, facts, camera, zone, recorded_at, warning, growing";

    public static VideoRecord Read<TRow>(TRow row) where TRow : struct, IRow
    {
        var id = VideoId.Parse(row.Text(0));
        return new VideoRecord
        {
            Id = id,
            Facts = VideoFactsJson.Read(row.Text(1), id),
            Attributes = new VideoAttributes(row.TextOrNull(2), row.TextOrNull(3),
                row.TextOrNull(4) is { } text ? DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture) : null),
            Warning = row.TextOrNull(5),
            IsGrowing = row.Bool(6),
        };
    }
}
