using ClusterSearch.Core;
using ClusterSearch.Milvus.Protocol;
using Grpc.Core;
using Grpc.Net.Client;
using StatusCode = Grpc.Core.StatusCode;

namespace ClusterSearch.Milvus.Connection;

/// <summary>
/// Calls of one Milvus server. What it could not take (a rate limit, a restart, a collection that is still loading) is said
/// again with growing pauses until <see cref="MilvusOptions.RetryLimit"/>; everything else that went wrong is one
/// <see cref="ClusterSearchException"/>. Every call that is made here may be said twice.
/// </summary>
internal sealed class MilvusClient(MilvusOptions options) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private const double PauseGrowth = 3;
    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(3);

    private readonly GrpcChannel _channel = MilvusChannel.Open(options.Address);
    private readonly Metadata _headers = MilvusChannel.HeadersOf(options.Address);
    private MilvusService.MilvusServiceClient? _service;
    private ServerVersion? _version;

    public MilvusAddress Address => options.Address;

    public string Database => options.Address.Database;

    private MilvusService.MilvusServiceClient Service => _service ??= new MilvusService.MilvusServiceClient(_channel);

    public void Dispose() => _channel.Dispose();

    /// <summary>Asked once, and not for long: whoever opens a store at a wrong address wants to know.</summary>
    public async Task<ServerVersion> VersionAsync(CancellationToken cancellation)
    {
        if (_version is { } known) return known;
        var answer = await CallAsync("version", (service, call) => service.GetVersionAsync(new GetVersionRequest(), call), cancellation, retryLimit: OpeningLimit < options.RetryLimit ? OpeningLimit : options.RetryLimit);
        return (_version = ServerVersion.Parse(answer.Version)).Value;
    }

    /// <param name="what">For messages.</param>
    /// <param name="send">Sends the same request however often it is called.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <param name="limit">Of one try; null: <see cref="MilvusOptions.CallLimit"/>.</param>
    /// <param name="retryLimit">Of all tries; null: <see cref="MilvusOptions.RetryLimit"/>.</param>
    /// <exception cref="ClusterSearchException">As <see cref="MilvusFaults"/> has it.</exception>
    public async Task<TAnswer> CallAsync<TAnswer>(
        string what, Func<MilvusService.MilvusServiceClient, CallOptions, AsyncUnaryCall<TAnswer>> send, CancellationToken cancellation, TimeSpan? limit = null, TimeSpan? retryLimit = null)
        where TAnswer : class, IAnswer
    {
        var started = options.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * PauseGrowth < LongestPause ? pause * PauseGrowth : LongestPause)
        {
            cancellation.ThrowIfCancellationRequested();
            ClusterSearchException said;
            try
            {
                using var call = send(Service, new CallOptions(_headers, DateTime.UtcNow + (limit ?? options.CallLimit), cancellation));
                var answer = await call.ResponseAsync;
                var code = MilvusFaults.CodeOf(answer.Status);
                if (code == 0) return answer;
                said = MilvusFaults.Of(Address, what, code, answer.Status);
                if (!MilvusFaults.IsRetriable(code)) throw said;
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(fault.Message, fault, cancellation);
            }
            catch (RpcException fault)
            {
                said = MilvusFaults.Of(Address, what, fault);
                if (!MilvusFaults.IsRetriable(fault)) throw said;
            }
            if (options.Clock.GetElapsedTime(started) + pause > (retryLimit ?? options.RetryLimit)) throw said;
            await Task.Delay(pause, options.Clock, cancellation);
        }
    }

    /// <summary>Asks until something is so, with even pauses.</summary>
    /// <exception cref="ClusterSearchException">archive.unreachable (transient) after <see cref="MilvusOptions.SettleLimit"/>.</exception>
    public async Task WaitAsync(string what, TimeSpan pause, Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        var started = options.Clock.GetTimestamp();
        while (!await isSo())
        {
            if (options.Clock.GetElapsedTime(started) > options.SettleLimit)
                throw new ClusterSearchException(ErrorCodes.ArchiveUnreachable, $"{what}: Milvus at {Address} was not done after {options.SettleLimit}; see what keeps it busy") { IsTransient = true };
            await Task.Delay(pause, options.Clock, cancellation);
        }
    }
}
