using System.Security.Cryptography;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Holds ledger, vector files and index of every encoding against each other: every chunk that counts has a whole vector
/// file, the index holds exactly the units that these files give, and nothing lies about that does not count.
/// <para>May run beside an ingest: what is being worked on is no problem.</para>
/// </summary>
internal sealed class ArchiveVerification(ArchivePorts ports)
{
    private readonly List<VerifyProblem> _problems = [];
    private readonly List<VerifyProblem> _leftovers = [];

    /// <param name="digest">Whether digests are wanted.</param>
    /// <param name="only">Null: every encoding, and what belongs to none.</param>
    /// <param name="cancellation">Checked between files.</param>
    public async Task<VerifyReport> VerifyAsync(bool digest, EncodingRecord? only, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Verify);
        var verified = new List<EncodingVerification>();
        foreach (var record in only is null ? await ports.Catalog.ListEncodingsAsync(cancellation) : [only])
        {
            var problemsBefore = _problems.Count;
            var result = await VerifyEncodingAsync(record, digest, cancellation);
            if (_problems.Count > problemsBefore && !(await KnownEncodingsAsync(cancellation)).Contains(record.Encoding.Id))
            {
                // Dropped meanwhile: what is missing is meant to be.
                _problems.RemoveRange(problemsBefore, _problems.Count - problemsBefore);
                continue;
            }
            verified.Add(result);
        }
        var unreachable = 0;
        if (only is null)
        {
            _leftovers.AddRange(await FindUnknownEncodingsAsync(cancellation));
            unreachable = await VerifyPlacesAsync(cancellation);
        }
        var main = only is null ? verified.FirstOrDefault(encoding => encoding.IsActive) : verified.FirstOrDefault();
        return new VerifyReport(main?.Videos ?? 0, main?.Samples ?? 0, _problems, _problems,
            main is not null ? main.Digest : digest ? Convert.ToHexStringLower(SHA256.HashData([])) : null)
        {
            Encodings = verified,
            Leftovers = _leftovers,
            UnreachableVideos = unreachable,
        };
    }

    private async Task<EncodingVerification> VerifyEncodingAsync(EncodingRecord record, bool withDigest, CancellationToken cancellation)
    {
        var encoding = record.Encoding;
        var problemsBefore = _problems.Count;
        var faults = await ports.Vectors.CheckAsync(encoding.Id, cancellation);
        // A damaged part is mended by its videos, a damaged table by all of them.
        var isIndexWhole = faults.All(fault => fault.Videos is not null);
        foreach (var fault in faults)
        {
            if (fault.Videos is null) _problems.Add(new VerifyProblem(VerifyCodes.IndexBroken, fault.Message) { EncodingId = encoding.Id });
            else _problems.AddRange(fault.Videos.Select(video => new VerifyProblem(VerifyCodes.IndexUnits, $"{video}: {fault.Message}") { EncodingId = encoding.Id, Video = video }));
        }
        var verification = new VideoVerification(ports, encoding);
        using var digest = withDigest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var planned = new HashSet<VideoId>();
        long samples = 0;
        foreach (var plan in await ports.Catalog.ListPlansAsync(encoding.Id, cancellation))
        {
            var findings = await verification.VerifyAsync(plan.Video, plan.PlannedSamples, isIndexWhole, withDigest, cancellation);
            planned.Add(plan.Video);
            samples += findings.Samples;
            _problems.AddRange(findings.Problems);
            if (findings.Digest is not null) digest!.AppendData(findings.Digest);
        }
        if (isIndexWhole) await FindStrangersAsync(encoding, planned, cancellation);
        await FindLeftoversAsync(encoding, cancellation);
        return new EncodingVerification(EncodingSummary.Of(encoding), record.IsActive, planned.Count, samples, _problems.Count - problemsBefore,
            digest is null ? null : Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private async Task<HashSet<string>> KnownEncodingsAsync(CancellationToken cancellation) =>
        (await ports.Catalog.ListEncodingsAsync(cancellation)).Select(record => record.Encoding.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>Videos of the index that the ledger has never planned.</summary>
    private async Task FindStrangersAsync(Encoding encoding, HashSet<VideoId> planned, CancellationToken cancellation)
    {
        using var snapshot = await ports.Vectors.SnapshotAsync(encoding.Id, cancellation);
        foreach (var id in await snapshot.ListVideosAsync(cancellation))
            if (!planned.Contains(id) && await ports.Catalog.FindPlanAsync(id, encoding.Id, cancellation) is null)
                _problems.Add(new VerifyProblem(VerifyCodes.IndexStranger, $"{id}: the index of encoding {encoding.Id} holds a video that the ledger does not know")
                {
                    EncodingId = encoding.Id,
                    Video = id,
                });
    }

    /// <summary>Vector files that count nowhere and are nobody's work.</summary>
    private async Task FindLeftoversAsync(Encoding encoding, CancellationToken cancellation)
    {
        VideoId? video = null;
        var tokens = new HashSet<(int, string)>();
        await foreach (var file in ports.RawVectors.ListFilesAsync(encoding.Id, cancellation))
        {
            if (video != file.Key.Video)
            {
                // Read behind the listing of this video's files: whatever was written since is not among them.
                video = file.Key.Video;
                tokens = [.. (await ports.Catalog.ListChunksAsync(file.Key.Video, encoding.Id, cancellation))
                    .Where(chunk => chunk.Token is not null).Select(chunk => (chunk.Chunk.Index, chunk.Token!))];
            }
            if (!tokens.Contains((file.Key.ChunkIndex, file.Key.Token))) _leftovers.Add(Uncounted(file, VerifyCodes.VectorsLeftover, "the ledger does not count this vector file"));
        }
    }

    /// <summary>What lies about of encodings that the catalogue does not know.</summary>
    public async Task<IReadOnlyList<VerifyProblem>> FindUnknownEncodingsAsync(CancellationToken cancellation)
    {
        var unknown = new List<VerifyProblem>();
        var known = await KnownEncodingsAsync(cancellation);
        foreach (var id in (await ports.Vectors.ListEncodingsAsync(cancellation)).Where(id => !known.Contains(id)))
            unknown.Add(new VerifyProblem(VerifyCodes.EncodingUnknown, $"the index holds encoding {id}, which the catalogue does not know") { EncodingId = id });
        foreach (var id in (await ports.RawVectors.ListEncodingsAsync(cancellation)).Where(id => !known.Contains(id)))
            await foreach (var file in ports.RawVectors.ListFilesAsync(id, cancellation))
                unknown.Add(Uncounted(file, VerifyCodes.EncodingUnknown, $"a vector file of encoding {id}, which the catalogue does not know"));
        return unknown;
    }

    private static VerifyProblem Uncounted(StoredVectorFile file, string code, string what) => new(code, $"{file.Location}: {what}")
    {
        EncodingId = file.Key.EncodingId,
        Video = file.Key.Video,
        Chunk = file.Key.ChunkIndex,
        Subject = file,
    };

    /// <returns>How many videos have no file on this host.</returns>
    private async Task<int> VerifyPlacesAsync(CancellationToken cancellation)
    {
        var roots = (await ports.Catalog.ListRootsAsync(cancellation)).Select(root => root.Name).ToHashSet(StringComparer.Ordinal);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var unreachable = 0;
        foreach (var video in await ports.Catalog.ListVideosAsync(cancellation))
        {
            if (places.FindFile(video) is null) unreachable++;
            foreach (var place in video.Places.Where(place => !roots.Contains(place.Root)))
                _problems.Add(new VerifyProblem(VerifyCodes.LedgerPlace, $"{place}: a place of {video.Id}, below a root that the catalogue does not know")
                {
                    Video = video.Id,
                    Subject = place,
                });
        }
        return unreachable;
    }
}
