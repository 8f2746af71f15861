using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Conformance.Catalog;

/// <summary>
/// The ledger said in the simplest way: lists in memory, searched from front to back. The slow reference for the
/// randomised test; written from the port's description, not from an implementation.
/// </summary>
internal sealed class LedgerModel
{
    public TimeSpan Now { get; set; }

    public bool IsPaused { get; set; }

    public long Takeovers(string encoding) => _takeovers.GetValueOrDefault(encoding);

    private readonly Dictionary<string, long> _takeovers = [];

    public List<Plan> Plans { get; } = [];

    public Dictionary<Place, VideoId> Places { get; } = [];

    public Dictionary<Place, VideoId?> Failures { get; } = [];

    public static bool IsFinished(Chunk chunk) => chunk.State is ChunkState.Embedded or ChunkState.Indexed;

    public Plan? Find(VideoId video, string encoding) => Plans.Find(plan => plan.Video == video && plan.Encoding == encoding);

    /// <summary>The chunk that a claim must give; null when it must give none. Chunks lost too often on the way are quarantined.</summary>
    public (Plan Plan, Chunk Chunk)? NextClaim(ClaimRequest request)
    {
        while (!IsPaused && FirstFree(request) is { } next)
        {
            if (next.Chunk.State == ChunkState.Pending || !Lapse(next.Plan, next.Chunk)) return next;
        }
        return null;
    }

    private (Plan Plan, Chunk Chunk)? FirstFree(ClaimRequest request)
    {
        var candidates =
            from plan in Plans
            where plan.Encoding == request.EncodingId
            where request.Videos is null || request.Videos.Contains(plan.Video)
            where !IsFailed(plan.Video)
            where request.AllowMixedEncoders || plan.Chunks.TrueForAll(chunk => !(IsFinished(chunk) || IsRunning(chunk)) || chunk.Fingerprint == request.EncoderFingerprint)
            let free = plan.Chunks.Find(chunk => chunk.State == ChunkState.Pending ? chunk.NotBefore <= Now : chunk.State == ChunkState.Leased && !IsRunning(chunk))
            where free is not null
            orderby plan.Priority descending,
                request.Order == ClaimOrder.Fair ? plan.Chunks.Count(IsRunning) : plan.Chunks.TrueForAll(chunk => chunk.State == ChunkState.Pending) ? 1 : 0
            select (plan, free);
        // Ordering is stable, and plans stand in the order in which they were made.
        foreach (var candidate in candidates) return candidate;
        return null;
    }

    /// <summary>Counts a lost lease.</summary>
    /// <returns>Whether it was the last that is allowed: the chunk is quarantined then.</returns>
    private bool Lapse(Plan plan, Chunk chunk)
    {
        chunk.Lapses++;
        _takeovers[plan.Encoding] = Takeovers(plan.Encoding) + 1;
        if (chunk.Lapses < 8) return false;
        chunk.State = ChunkState.Quarantined;
        chunk.Token = null;
        chunk.Failure = new Failure("worker.lost", "its worker was lost 8 times while working on it");
        return true;
    }

    public void Lease(Chunk chunk, ChunkLease lease, ClaimRequest request)
    {
        chunk.State = ChunkState.Leased;
        chunk.Token = lease.Token;
        chunk.Until = Now + request.LeaseDuration;
        chunk.Fingerprint = request.EncoderFingerprint;
        chunk.MixingAllowed = request.AllowMixedEncoders;
        chunk.Worker = request.Worker;
    }

    /// <summary>The chunk that a lease still holds; null when it is fenced.</summary>
    public Chunk? Held(ChunkLease lease) => Find(lease.Video, lease.EncodingId)?.Chunks.Find(
        chunk => chunk.Index == lease.Chunk.Index && chunk.State == ChunkState.Leased && chunk.Token == lease.Token);

    public bool Renew(ChunkLease lease, TimeSpan duration)
    {
        if (Held(lease) is not { } chunk) return false;
        chunk.Until = Now + duration;
        return true;
    }

    public bool Commit(ChunkLease lease, ChunkResult result)
    {
        var plan = Find(lease.Video, lease.EncodingId);
        if (plan?.Chunks.Exists(chunk => chunk.Index == lease.Chunk.Index && IsFinished(chunk) && chunk.Token == lease.Token) == true) return true;
        if (Held(lease) is not { } held) return false;
        if (!held.MixingAllowed && plan!.Chunks.Exists(chunk => IsFinished(chunk) && chunk.Fingerprint != result.EncoderFingerprint)) return false;
        held.State = ChunkState.Embedded;
        held.Fingerprint = result.EncoderFingerprint;
        held.Result = result;
        held.Failure = null;
        held.Lapses = 0;
        held.IsSuspect = false;
        return true;
    }

    public bool Release(ChunkLease lease)
    {
        if (Held(lease) is not { } chunk) return false;
        chunk.State = ChunkState.Pending;
        chunk.NotBefore = TimeSpan.Zero;
        chunk.Token = null;
        return true;
    }

    public bool Fail(ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter)
    {
        if (Held(lease) is not { } chunk) return false;
        Attempt(chunk, failure, permanent, retryAfter);
        return true;
    }

    /// <param name="process">"host/process".</param>
    public int FailWorker(string process, Failure failure, TimeSpan retryAfter) =>
        ForEach(chunk => chunk.State == ChunkState.Leased && (chunk.Worker == process || chunk.Worker!.StartsWith(process + "/", StringComparison.Ordinal)), chunk =>
        {
            chunk.IsSuspect = true;
            Attempt(chunk, failure, permanent: false, retryAfter);
        });

    private void Attempt(Chunk chunk, Failure failure, bool permanent, TimeSpan retryAfter)
    {
        chunk.Attempts++;
        chunk.State = permanent || chunk.Attempts == 3 ? ChunkState.Quarantined : ChunkState.Pending;
        chunk.NotBefore = Now + retryAfter;
        chunk.Token = null;
        chunk.Failure = failure;
    }

    public int FreeAll() => Plans.Sum(plan => ForEach(plan, chunk => chunk.State == ChunkState.Leased, chunk =>
    {
        if (Lapse(plan, chunk)) return;
        chunk.State = ChunkState.Pending;
        chunk.NotBefore = TimeSpan.Zero;
        chunk.Token = null;
    }));

    public void Measure(VideoId video, double seconds)
    {
        for (var i = 0; i < Plans.Count; i++)
            if (Plans[i].Video == video) Plans[i] = Plans[i] with { Seconds = seconds };
    }

    public bool Rename(VideoId provisional, VideoId final, IReadOnlySet<VideoId> known, double seconds)
    {
        if (!known.Contains(provisional)) return false;
        foreach (var place in Places.Keys.Where(place => Places[place] == provisional).ToList()) Places[place] = final;
        foreach (var place in Failures.Keys.Where(place => Failures[place] == provisional).ToList()) Failures[place] = final;
        for (var i = Plans.Count - 1; i >= 0; i--)
        {
            var plan = Plans[i];
            if (plan.Video != provisional) continue;
            if (Find(final, plan.Encoding) is not null)
            {
                Plans.RemoveAt(i);
                continue;
            }
            Plans[i] = plan with { Video = final, Seconds = seconds };
            ForEach(plan, chunk => chunk.State == ChunkState.Indexed, chunk => chunk.State = ChunkState.Embedded);
            ForEach(plan, chunk => chunk.State == ChunkState.Leased, chunk =>
            {
                chunk.State = ChunkState.Pending;
                chunk.NotBefore = TimeSpan.Zero;
                chunk.Token = null;
            });
        }
        return true;
    }

    public void Mark(VideoId video, string encoding, IReadOnlyList<int> indexes) =>
        ForEach(Find(video, encoding), chunk => chunk.State == ChunkState.Embedded && indexes.Contains(chunk.Index), chunk => chunk.State = ChunkState.Indexed);

    public void Unmark(VideoId? video, string encoding)
    {
        foreach (var plan in Plans.Where(plan => plan.Encoding == encoding && (video is null || plan.Video == video)))
            ForEach(plan, chunk => chunk.State == ChunkState.Indexed, chunk => chunk.State = ChunkState.Embedded);
    }

    public void Requeue(VideoId video, string encoding, IReadOnlyList<int> indexes) =>
        ForEach(Find(video, encoding), chunk => IsFinished(chunk) && indexes.Contains(chunk.Index), StartAnew);

    public int Retry(VideoId? video)
    {
        foreach (var place in Failures.Keys.Where(place => video is null || Failures[place] == video || (Places.TryGetValue(place, out var at) && at == video)).ToList())
            Failures.Remove(place);
        return Plans.Where(plan => video is null || plan.Video == video).Sum(plan => ForEach(plan, chunk => chunk.State == ChunkState.Quarantined, StartAnew));
    }

    public void Remove(VideoId video)
    {
        foreach (var place in Failures.Keys.Where(place => Failures[place] == video || (Places.TryGetValue(place, out var at) && at == video)).ToList())
            Failures.Remove(place);
        foreach (var place in Places.Keys.Where(place => Places[place] == video).ToList()) Places.Remove(place);
        Plans.RemoveAll(plan => plan.Video == video);
    }

    private static void StartAnew(Chunk chunk)
    {
        chunk.State = ChunkState.Pending;
        chunk.Token = null;
        chunk.NotBefore = TimeSpan.Zero;
        chunk.Attempts = 0;
        chunk.Lapses = 0;
        chunk.IsSuspect = false;
        chunk.Result = null;
        chunk.Failure = null;
    }

    private static int ForEach(Plan? plan, Func<Chunk, bool> which, Action<Chunk> change)
    {
        var chosen = plan?.Chunks.Where(which).ToList() ?? [];
        chosen.ForEach(change);
        return chosen.Count;
    }

    private int ForEach(Func<Chunk, bool> which, Action<Chunk> change) => Plans.Sum(plan => ForEach(plan, which, change));

    private bool IsRunning(Chunk chunk) => chunk.State == ChunkState.Leased && chunk.Until > Now;

    private bool IsFailed(VideoId video)
    {
        var places = Places.Keys.Where(place => Places[place] == video).ToList();
        return places.Count > 0 ? places.TrueForAll(Failures.ContainsKey) : Failures.ContainsValue(video);
    }

    public sealed record Plan(VideoId Video, string Encoding, List<Chunk> Chunks, double Seconds)
    {
        public int Priority { get; set; }
    }

    public sealed class Chunk(int index, SampleRange samples)
    {
        public int Index { get; } = index;

        public SampleRange Samples { get; } = samples;

        public ChunkState State { get; set; }

        public string? Token { get; set; }

        public TimeSpan Until { get; set; }

        public TimeSpan NotBefore { get; set; }

        public int Lapses { get; set; }

        public bool IsSuspect { get; set; }

        public string? Worker { get; set; }

        public string? Fingerprint { get; set; }

        public bool MixingAllowed { get; set; }

        public int Attempts { get; set; }

        public Failure? Failure { get; set; }

        public ChunkResult? Result { get; set; }
    }
}
