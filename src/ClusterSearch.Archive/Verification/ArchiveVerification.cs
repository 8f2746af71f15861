using System.Security.Cryptography;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
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
    private readonly HashSet<VideoId> _videos = [];
    private long _samples;

    public async Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Verify);
        var encodings = await ports.Catalog.ListEncodingsAsync(cancellation);
        var digestOf = request.DigestEncoding is { } named ? Find(encodings, named) : encodings.FirstOrDefault(encoding => encoding.IsActive)?.Encoding;
        using var digest = request.Digest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        foreach (var encoding in encodings)
            await VerifyEncodingAsync(encoding.Encoding, encoding.Encoding.Id == digestOf?.Id ? digest : null, cancellation);
        await FindUnknownEncodingsAsync(encodings, cancellation);
        var unreachable = await VerifyPlacesAsync(cancellation);
        return new VerifyReport(_videos.Count, _samples, _problems, _problems, 0, digest is null ? null : Convert.ToHexStringLower(digest.GetHashAndReset()))
        {
            UnreachableVideos = unreachable,
        };
    }

    private static Encoding Find(IReadOnlyList<EncodingRecord> encodings, string named) =>
        encodings.FirstOrDefault(encoding => encoding.Encoding.Id == named)?.Encoding
        ?? throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
            $"the archive holds no encoding {named}; it holds {(encodings.Count == 0 ? "none" : string.Join(", ", encodings.Select(encoding => encoding.Encoding.Id)))}");

    private async Task VerifyEncodingAsync(Encoding encoding, IncrementalHash? digest, CancellationToken cancellation)
    {
        var isIndexWhole = true;
        foreach (var fault in await ports.Vectors.CheckAsync(encoding.Id, cancellation))
        {
            isIndexWhole &= fault.IsLeftover;
            _problems.Add(new VerifyProblem(fault.IsLeftover ? VerifyCodes.IndexLeftover : VerifyCodes.IndexBroken, fault.Message) { EncodingId = encoding.Id });
        }
        var verification = new VideoVerification(ports, encoding);
        foreach (var plan in await ports.Catalog.ListPlansAsync(encoding.Id, cancellation))
        {
            var findings = await verification.VerifyAsync(plan.Video, plan.PlannedSamples, isIndexWhole, digest is not null, cancellation);
            _videos.Add(plan.Video);
            _samples += findings.Samples;
            _problems.AddRange(findings.Problems);
            if (findings.Digest is not null) digest!.AppendData(findings.Digest);
        }
        if (isIndexWhole) await FindStrangersAsync(encoding, cancellation);
        await FindLeftoversAsync(encoding, cancellation);
    }

    /// <summary>Videos of the index that the ledger has never planned.</summary>
    private async Task FindStrangersAsync(Encoding encoding, CancellationToken cancellation)
    {
        using var snapshot = await ports.Vectors.SnapshotAsync(encoding.Id, cancellation);
        foreach (var id in await snapshot.ListVideosAsync(cancellation))
            if (!_videos.Contains(id) && await ports.Catalog.FindPlanAsync(id, encoding.Id, cancellation) is null)
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
            if (!tokens.Contains((file.Key.ChunkIndex, file.Key.Token))) AddLeftover(file, VerifyCodes.VectorsLeftover, "the ledger does not count this vector file");
        }
    }

    private async Task FindUnknownEncodingsAsync(IReadOnlyList<EncodingRecord> encodings, CancellationToken cancellation)
    {
        var known = encodings.Select(encoding => encoding.Encoding.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in (await ports.Vectors.ListEncodingsAsync(cancellation)).Where(id => !known.Contains(id)))
            _problems.Add(new VerifyProblem(VerifyCodes.EncodingUnknown, $"the index holds encoding {id}, which the catalogue does not know") { EncodingId = id });
        foreach (var id in (await ports.RawVectors.ListEncodingsAsync(cancellation)).Where(id => !known.Contains(id)))
            await foreach (var file in ports.RawVectors.ListFilesAsync(id, cancellation))
                AddLeftover(file, VerifyCodes.EncodingUnknown, $"a vector file of encoding {id}, which the catalogue does not know");
    }

    private void AddLeftover(StoredVectorFile file, string code, string what) =>
        _problems.Add(new VerifyProblem(code, $"{file.Location}: {what}")
        {
            EncodingId = file.Key.EncodingId,
            Video = file.Key.Video,
            Chunk = file.Key.ChunkIndex,
            Subject = file,
        });

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
