using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Holds ledger, vector files and index against each other, video by video: every chunk that counts has a whole vector
/// file, and the index holds exactly the units that these files give.
/// </summary>
internal sealed class ArchiveVerification(ArchivePorts ports)
{
    /// <param name="digest">Whether digests are wanted.</param>
    /// <param name="only">Null: every encoding.</param>
    /// <param name="cancellation">Checked between files.</param>
    public async Task<VerifyReport> VerifyAsync(bool digest, EncodingRecord? only, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Verify);
        var problems = new List<string>();
        var verified = new List<EncodingVerification>();
        foreach (var record in only is null ? await ports.Catalog.ListEncodingsAsync(cancellation) : [only])
        {
            var found = new List<string>();
            var result = await VerifyAsync(record, digest, found, cancellation);
            // Dropped meanwhile: what is missing is meant to be.
            if (found.Count > 0 && (await ports.Catalog.ListEncodingsAsync(cancellation)).All(known => known.Encoding.Id != record.Encoding.Id)) continue;
            verified.Add(result);
            problems.AddRange(record.IsActive ? found : found.Select(problem => $"encoding {record.Encoding.Id}: {problem}"));
        }
        using var nothing = digest ? new ArchiveDigest() : null;
        var main = only is null ? verified.FirstOrDefault(encoding => encoding.IsActive) : verified.FirstOrDefault();
        return new VerifyReport(problems.Count == 0, main?.Videos ?? 0, main?.Samples ?? 0, problems, main is null ? nothing?.Finish() : main.Digest)
        {
            Encodings = verified,
        };
    }

    private async Task<EncodingVerification> VerifyAsync(EncodingRecord record, bool digest, List<string> problems, CancellationToken cancellation)
    {
        var encoding = record.Encoding;
        using var hash = digest ? new ArchiveDigest() : null;
        using var snapshot = await OpenAsync(encoding.Id, problems, cancellation);
        var plans = await ports.Catalog.ListPlansAsync(encoding.Id, cancellation);
        long samples = 0;
        foreach (var summary in plans)
        {
            var video = await ports.Catalog.FindVideoAsync(summary.Video, cancellation);
            var plan = await ports.Catalog.FindPlanAsync(summary.Video, encoding.Id, cancellation);
            // Removed or dropped since the plans were listed.
            if (video is null || plan is null) continue;
            var grid = SampleGrid.Create(video.Facts, encoding.Sampling, plan.ListedTicks);
            var run = await VideoPieces.ReadAsync(ports, summary.Video, encoding.Id,
                await ports.Catalog.ListChunksAsync(summary.Video, encoding.Id, cancellation), state => state == ChunkState.Indexed, problems.Add, cancellation);
            samples += run.Sum(piece => piece.Count);
            var expected = run.SelectMany(piece => UnitsOf(piece, grid)).ToList();
            if (snapshot is not null) await CompareAsync(snapshot, summary.Video, expected, problems, cancellation);
            if (hash is not null)
                foreach (var piece in run) hash.Add(video.Id, piece);
        }
        var planned = plans.Select(plan => plan.Video).ToHashSet();
        IReadOnlyList<VideoId> indexed = snapshot is null ? [] : await snapshot.ListVideosAsync(cancellation);
        foreach (var stranger in indexed.Where(id => !planned.Contains(id)))
            problems.Add($"{stranger}: the index holds a video that the ledger does not know; run `clustersearch reindex`");
        return new EncodingVerification(EncodingSummary.Of(encoding), record.IsActive, plans.Count, samples, problems.Count, hash?.Finish());
    }

    /// <returns>Null for an index that cannot be opened, which is a problem and not the end of the verification.</returns>
    private async Task<IVectorSnapshot?> OpenAsync(string encodingId, List<string> problems, CancellationToken cancellation)
    {
        try
        {
            return await ports.Vectors.SnapshotAsync(encodingId, cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            problems.Add(fault.Message);
            return null;
        }
    }

    private static IReadOnlyList<Unit> UnitsOf(EmbeddedChunk piece, SampleGrid grid) => UnitBuilder.Build(
        piece.Numbers, [.. piece.Numbers.Select(grid.Seconds)], piece.Vectors, piece.Dimension,
        ShotDetection.ShotStarts(piece, ShotOptions.Default), piece.Numbers[0]);

    private static async Task CompareAsync(
        IVectorSnapshot snapshot, VideoId video, List<Unit> expected, List<string> problems, CancellationToken cancellation)
    {
        var found = 0;
        var differing = 0;
        await foreach (var unit in snapshot.ReadUnitsAsync(video, cancellation))
        {
            if (found >= expected.Count || !AreEqual(unit, expected[found])) differing++;
            found++;
        }
        if (found != expected.Count || differing > 0)
            problems.Add($"{video}: the index holds {found} units, {expected.Count} were expected and {differing} differ; run `clustersearch reindex`");
    }

    private static bool AreEqual(Unit left, Unit right) =>
        left.FirstSample == right.FirstSample && left.ShotFirstSample == right.ShotFirstSample
        && left.Seconds.AsSpan().SequenceEqual(right.Seconds)
        && left.Radius.Equals(right.Radius)
        && left.Mean.AsSpan().SequenceEqual(right.Mean)
        && MemoryMarshal.AsBytes(left.Vectors.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(right.Vectors.AsSpan()));
}

/// <summary>
/// What "equal" means for two archives: SHA-256 over raw vectors, smoothed vectors and the shot table in key order, never
/// over the layout of files.
/// </summary>
internal sealed class ArchiveDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _number = new byte[8];

    /// <param name="video">Its id goes in first.</param>
    /// <param name="piece">A run of samples that no quarantined chunk interrupts.</param>
    public void Add(VideoId video, EmbeddedChunk piece)
    {
        _hash.AppendData(System.Text.Encoding.ASCII.GetBytes(video.Value));
        for (var i = 0; i < piece.Count; i++)
        {
            Append(piece.Numbers[i]);
            Append(piece.Timings[i].Ticks);
        }
        _hash.AppendData(MemoryMarshal.AsBytes(piece.Vectors.AsSpan()));
        foreach (var (first, end) in VideoPieces.Shots(piece))
        {
            _hash.AppendData(MemoryMarshal.AsBytes(VideoPieces.Smoothed(piece, first, end).AsSpan()));
            Append(piece.Numbers[first]);
            Append(piece.Numbers[end - 1] + 1);
            Append(piece.Timings[first].EdgeTicks);
        }
    }

    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void Append(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, number);
        _hash.AppendData(_number);
    }
}
