using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace ClusterSearch.Index.Segments;

/// <summary>Writes a segment file. Nobody looks at it until a manifest names it; a half one is swept.</summary>
internal static class SegmentWriter
{
    /// <param name="file">Empty; not flushed to the disk here.</param>
    /// <param name="dimension">Of the vectors that were given.</param>
    /// <param name="videos">Ordered by id; each one's units ordered by first sample.</param>
    /// <param name="traffic">Goes first.</param>
    public static void Write(FileStream file, int dimension, IReadOnlyList<SegmentVideo> videos, SearchTraffic traffic)
    {
        var videoTable = VideoTable.Write(videos);
        var units = videos.SelectMany(video => video.Units).ToList();
        var header = SegmentFormat.Header.Layout(dimension, videos.Count, videoTable.Length, videos.Sum(video => video.Covers.Count),
            units.Count, units.Sum(unit => unit.Row.PieceCount), units.Sum(unit => MeansOf(unit)), units.Sum(unit => (long)unit.Row.Count));
        var centre = CodeBlocks.CentreOf(videos, header.PaddedDimension, traffic);

        var tables = new XxHash3();
        // The header's checksums are known last; its place is kept.
        file.Write(new byte[SegmentFormat.HeaderBytes]);
        WriteTable(header.VideosOffset, videoTable);
        WriteTable(header.CoversOffset, CoverTable(videos));
        WriteTable(header.CentreOffset, MemoryMarshal.AsBytes(centre.AsSpan()));
        var blocks = new BlockWriter(file, traffic);
        WriteSections(blocks, header, videos, units, new CodeBlocks(header.PaddedDimension, centre));
        blocks.Begin(header.ChecksumsOffset);
        file.Write(blocks.Checksums);
        Span<byte> first = stackalloc byte[SegmentFormat.HeaderBytes];
        (header with { TablesChecksum = tables.GetCurrentHashAsUInt64(), ChecksumsChecksum = XxHash3.HashToUInt64(blocks.Checksums) }).Write(first);
        file.Position = 0;
        file.Write(first);

        void WriteTable(long offset, ReadOnlySpan<byte> bytes)
        {
            BlockWriter.Pad(file, offset);
            file.Write(bytes);
            tables.Append(bytes);
        }
    }

    private static void WriteSections(
        BlockWriter blocks, SegmentFormat.Header header, IReadOnlyList<SegmentVideo> videos, List<SegmentUnit> units, CodeBlocks codes)
    {
        blocks.Begin(header[SegmentSection.Units].Offset);
        WriteUnits(blocks, videos);
        blocks.Begin(header[SegmentSection.Pieces].Offset);
        WritePieces(blocks, units);

        var factors = new MemoryStream();
        blocks.Begin(header[SegmentSection.UnitCodes].Offset);
        var mean = new UnitMean(header.PaddedDimension);
        foreach (var unit in units)
        {
            var radius = mean.Of(unit);
            if (codes.Add(mean.Mean, radius)) Take();
        }
        Finish(SegmentSection.UnitFactors);
        blocks.Begin(header[SegmentSection.PieceCodes].Offset);
        foreach (var unit in units)
        {
            unit.ForEachMean(header.PaddedDimension, (piece, bytes) =>
            {
                if (codes.Add(piece, bytes)) Take();
            });
        }
        Finish(SegmentSection.PieceFactors);

        blocks.Begin(header[SegmentSection.Means].Offset);
        foreach (var unit in units) blocks.Append(unit.Means);
        blocks.Begin(header[SegmentSection.Seconds].Offset);
        foreach (var unit in units) blocks.Append(unit.Seconds);
        blocks.Begin(header[SegmentSection.Scales].Offset);
        foreach (var unit in units) blocks.Append(unit.Scales);
        blocks.Begin(header[SegmentSection.Samples].Offset);
        foreach (var unit in units) blocks.Append(unit.Samples);

        void Take()
        {
            blocks.Append(codes.Codes);
            factors.Write(codes.Factors);
        }

        void Finish(SegmentSection section)
        {
            if (codes.Finish()) Take();
            blocks.Begin(header[section].Offset);
            blocks.Append(factors.GetBuffer().AsSpan(0, (int)factors.Length));
            factors.SetLength(0);
        }
    }

    private static void WriteUnits(BlockWriter blocks, IReadOnlyList<SegmentVideo> videos)
    {
        var piece = 0;
        long sample = 0;
        for (var video = 0; video < videos.Count; video++)
        {
            foreach (var unit in videos[video].Units)
            {
                var row = unit.Row with { Video = video, FirstPiece = piece, SampleOffset = sample };
                blocks.Append<UnitRow>([row]);
                piece += row.PieceCount;
                sample += row.Count;
            }
        }
    }

    private static void WritePieces(BlockWriter blocks, List<SegmentUnit> units)
    {
        var (sample, mean) = (0, 0);
        for (var unit = 0; unit < units.Count; unit++)
        {
            foreach (var piece in units[unit].Pieces)
            {
                blocks.Append<PieceRow>([piece with { Unit = unit, Row = sample, Mean = piece.IsSample ? -1 : mean++ }]);
                sample = checked(sample + piece.Count);
            }
        }
    }

    private static int MeansOf(SegmentUnit unit)
    {
        var count = 0;
        foreach (var piece in unit.Pieces)
            if (!piece.IsSample) count++;
        return count;
    }

    private static byte[] CoverTable(IReadOnlyList<SegmentVideo> videos)
    {
        var bounds = new List<long>();
        foreach (var video in videos)
            foreach (var cover in video.Covers) bounds.AddRange(cover.First, cover.End);
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(bounds)).ToArray();
    }
}
