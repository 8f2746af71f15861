namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Merges what shards found, in whatever order and however often they answer: the first answer of each counts. The result is
/// that of one search over the shards that answered, because shards share no video and moments have a total order.
/// </summary>
/// <param name="shards">Parts that were asked.</param>
/// <param name="count">Moments wanted.</param>
internal sealed class ShardMerge(int shards, int count)
{
    private readonly FanOutResult?[] _answers = new FanOutResult?[shards];

    public bool HasAll => Array.TrueForAll(_answers, answer => answer is not null);

    /// <returns>False when this shard answered before.</returns>
    public bool Add(int shard, FanOutResult answer)
    {
        if (_answers[shard] is not null) return false;
        _answers[shard] = answer;
        return true;
    }

    public FanOutResult Result()
    {
        var answers = _answers.OfType<FanOutResult>().ToList();
        return new FanOutResult(
            [.. answers.SelectMany(answer => answer.Moments).Order(FoundMoment.BestFirst).Take(count)],
            answers.Sum(answer => answer.UnitsSeen), answers.Sum(answer => answer.ShotsScored), answers.Sum(answer => answer.SamplesScored))
        {
            Unanswered = [.. VideoShard.All(shards).Where(shard => _answers[shard.Index] is null)],
            Damaged = DamagedParts.Join(answers.Select(answer => answer.Damaged)),
        };
    }
}
