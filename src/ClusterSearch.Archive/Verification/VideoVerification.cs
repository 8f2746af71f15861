using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Verifies one video in one encoding: the ledger's rows, the vector files that count, the units in the index. Vectors are
/// read in pieces, so that memory does not grow with the video.
/// <para>
/// What an aggregation has not told the ledger yet may or may not be in the index, and the units that reach into it may
/// still change: from the first embedded chunk on samples are compared, before it whole units.
/// </para>
/// </summary>
internal sealed class VideoVerification(ArchivePorts ports, Encoding encoding)
{
    private const int SamplesPerPiece = 4096;

    /// <summary>A video that changes under the comparison is compared again, so often at most.</summary>
    private const int Rounds = 5;

    /// <param name="video">Planned in the encoding.</param>
    /// <param name="plannedSamples">As the plan's summary says.</param>
    /// <param name="index">False leaves the index out, which is known to be broken.</param>
    /// <param name="withDigest">Also compute the video's part of the digest.</param>
    public async Task<VideoFindings> VerifyAsync(VideoId video, long plannedSamples, bool index, bool withDigest, CancellationToken cancellation)
    {
        for (var round = 1; ; round++)
        {
            var chunks = await ports.Catalog.ListChunksAsync(video, encoding.Id, cancellation);
            VideoFindings findings;
            try
            {
                findings = await VerifyOnceAsync(video, plannedSamples, chunks, index, withDigest, cancellation);
            }
            catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt && round < Rounds)
            {
                // Removed since it was checked.
                continue;
            }
            if (findings.Problems.Count == 0) return findings;
            var chunksNow = await ports.Catalog.ListChunksAsync(video, encoding.Id, cancellation);
            if (chunks.Select(State).SequenceEqual(chunksNow.Select(State))) return findings;
            // Somebody works on it: what differs is on its way.
            if (round == Rounds) return findings with { Problems = [] };
        }

        static (Chunk, ChunkState, string?) State(ChunkRecord chunk) => (chunk.Chunk, chunk.State, chunk.Token);
    }

    private async Task<VideoFindings> VerifyOnceAsync(
        VideoId id, long plannedSamples, IReadOnlyList<ChunkRecord> chunks, bool index, bool withDigest, CancellationToken cancellation)
    {
        var problems = new List<VerifyProblem>();
        var video = await ports.Catalog.FindVideoAsync(id, cancellation);
        if (video is null)
        {
            problems.Add(Problem(VerifyCodes.LedgerVideo, id, $"{id}: it is planned in encoding {encoding.Id}, and the catalogue knows no such video"));
            return new VideoFindings(problems, 0, null);
        }
        if (ChunkFault(chunks, plannedSamples) is { } fault)
        {
            problems.Add(Problem(VerifyCodes.LedgerChunks, id, $"{id}: chunks that follow each other up to sample {plannedSamples} were expected, {fault}"));
            return new VideoFindings(problems, 0, null);
        }
        var counted = chunks.Where(chunk => chunk.State is ChunkState.Embedded or ChunkState.Indexed).ToList();
        foreach (var chunk in counted) await CheckFileAsync(id, chunk, problems, cancellation);

        var plan = await ports.Catalog.FindPlanAsync(id, encoding.Id, cancellation);
        var grid = SampleGrid.Create(video.Facts, encoding.Sampling, plan!.ListedTicks);
        // Around a broken file the index cannot be judged; it is written anew with the file.
        index &= problems.Count == 0;
        return await CompareAsync(id, grid, counted, problems, index, withDigest && problems.Count == 0, cancellation);
    }

    private async Task<VideoFindings> CompareAsync(
        VideoId id, SampleGrid grid, List<ChunkRecord> counted, List<VerifyProblem> problems, bool index, bool withDigest, CancellationToken cancellation)
    {
        using var snapshot = index ? await ports.Vectors.SnapshotAsync(encoding.Id, cancellation) : null;
        await using var comparison = snapshot is null ? null : new UnitComparison(snapshot.ReadUnitsAsync(id, cancellation).GetAsyncEnumerator(cancellation));
        using var digest = withDigest ? new VideoDigest() : null;
        var cuts = new ShotCuts(ShotOptions.Default);
        var countedCuts = new ShotCuts(ShotOptions.Default);
        var units = new ExpectedUnits(grid);
        var isLoose = false;
        long samples = 0;
        foreach (var chunk in counted)
        {
            if (problems.Exists(problem => problem.Chunk == chunk.Chunk.Index)) continue;
            var isIndexed = chunk.State == ChunkState.Indexed;
            if (comparison is not null && !isIndexed && !isLoose)
            {
                isLoose = true;
                await comparison.LoosenAsync();
                if (units.Last(encoding.Dimension) is { } open) await ExpectSamplesAsync(comparison, open);
            }
            var content = new ChunkContent(encoding, chunk);
            await foreach (var piece in ports.RawVectors.ReadPiecesAsync(Key(id, chunk), SamplesPerPiece, cancellation))
            {
                content.Add(piece);
                if (content.Fault is not null) break;
                if (isIndexed)
                {
                    samples += piece.Count;
                    if (digest is not null) digest.Add(piece, countedCuts.Next(piece));
                }
                if (comparison is null) continue;
                if (isLoose)
                {
                    for (var i = 0; i < piece.Count; i++)
                        await comparison.ExpectSampleAsync(piece.Numbers[i], piece.Vectors.AsMemory(i * piece.Dimension, piece.Dimension), isIndexed);
                }
                else
                {
                    foreach (var unit in units.Add(piece, cuts.Next(piece))) await comparison.ExpectAsync(unit);
                }
            }
            if ((content.Fault ?? content.CountFault) is not { } fault) continue;
            problems.Add(Problem(VerifyCodes.VectorsContent, id, $"{Name(id, chunk)}: {fault}") with { Chunk = chunk.Chunk.Index });
            return new VideoFindings(problems, samples, null);
        }
        if (comparison is not null)
        {
            if (!isLoose && units.Last(encoding.Dimension) is { } last) await comparison.ExpectAsync(last);
            await comparison.EndAsync();
            Judge(id, comparison, problems);
        }
        return new VideoFindings(problems, samples, digest is { IsEmpty: false } ? digest.Finish(id) : null);
    }

    private void Judge(VideoId id, UnitComparison comparison, List<VerifyProblem> problems)
    {
        if (comparison.Missing + comparison.Different > 0)
            problems.Add(Problem(VerifyCodes.IndexUnits, id,
                $"{id}: of {comparison.Expected} units in the index of encoding {encoding.Id}, {comparison.Missing} are missing and {comparison.Different} differ from the vector files, from sample {comparison.FirstProblem} on"));
        else if (comparison.Strangers > 0)
            problems.Add(Problem(VerifyCodes.IndexStranger, id,
                $"{id}: the index of encoding {encoding.Id} holds {comparison.Strangers} units that the ledger does not count, from sample {comparison.FirstProblem} on"));
    }

    private static async Task ExpectSamplesAsync(UnitComparison comparison, Unit unit)
    {
        var dimension = unit.Mean.Length;
        for (var i = 0; i < unit.Count; i++)
            await comparison.ExpectSampleAsync(unit.FirstSample + i, unit.Vectors.AsMemory(i * dimension, dimension), isRequired: true);
    }

    /// <returns>What is wrong with the rows; null when nothing is.</returns>
    private static string? ChunkFault(IReadOnlyList<ChunkRecord> chunks, long plannedSamples)
    {
        long end = 0;
        for (var i = 0; i < chunks.Count; i++)
        {
            var chunk = chunks[i].Chunk;
            if (chunk.Index != i || chunk.Samples.First != end) return $"chunk {chunk.Index} at sample {chunk.Samples.First} was found behind sample {end}";
            end = chunk.Samples.End;
        }
        return end == plannedSamples ? null : $"they end at sample {end}";
    }

    private async Task CheckFileAsync(VideoId id, ChunkRecord chunk, List<VerifyProblem> problems, CancellationToken cancellation)
    {
        try
        {
            await ports.RawVectors.CheckAsync(Key(id, chunk), chunk.Result!.Receipt, cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            var code = fault.InnerException is FileNotFoundException or DirectoryNotFoundException ? VerifyCodes.VectorsMissing : VerifyCodes.VectorsBroken;
            problems.Add(Problem(code, id, fault.Message) with { Chunk = chunk.Chunk.Index });
        }
    }

    private RawVectorKey Key(VideoId id, ChunkRecord chunk) => new(id, encoding.Id, chunk.Chunk.Index, chunk.Token!);

    private string Name(VideoId id, ChunkRecord chunk) => $"chunk {chunk.Chunk.Index} of {id} in encoding {encoding.Id}";

    private VerifyProblem Problem(string code, VideoId id, string message) => new(code, message) { EncodingId = encoding.Id, Video = id };
}

/// <param name="Samples">Searchable ones.</param>
/// <param name="Digest">The video's part; null when it was not asked for, or nothing counts.</param>
internal sealed record VideoFindings(IReadOnlyList<VerifyProblem> Problems, long Samples, byte[]? Digest);
