using System.Reflection;
using ClusterSearch.Archive;

namespace ClusterSearch.Gateway.Tests;

/// <summary>The real port, with calls of some names held until they are cancelled, or failing: what a real engine does not do on demand.</summary>
public class HeldSearch : DispatchProxy
{
    private ISearch _inner = null!;
    private HashSet<string> _held = [];
    private Exception? _fault;
    private readonly List<CancellationToken> _calls = [];

    /// <summary>Tokens of the calls that were held, in their order.</summary>
    public IReadOnlyList<CancellationToken> Calls
    {
        get
        {
            lock (_calls) return [.. _calls];
        }
    }

    public static (ISearch Search, HeldSearch Hold) Over(ISearch inner, Exception? fault, params string[] held)
    {
        var search = Create<ISearch, HeldSearch>();
        var hold = (HeldSearch)(object)search;
        (hold._inner, hold._held, hold._fault) = (inner, [.. held], fault);
        return (search, hold);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (!_held.Contains(targetMethod!.Name)) return targetMethod.Invoke(_inner, args);
        var cancellation = args!.OfType<CancellationToken>().Single();
        lock (_calls) _calls.Add(cancellation);
        // The call's own kind of task, whatever it would bring.
        return typeof(HeldSearch).GetMethod(targetMethod.ReturnType.IsGenericType ? nameof(HoldAsync) : nameof(HoldPlainAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            is var method && targetMethod.ReturnType.IsGenericType
            ? method.MakeGenericMethod(targetMethod.ReturnType.GenericTypeArguments).Invoke(this, [cancellation])
            : method.Invoke(this, [cancellation]);
    }

    private async Task<T> HoldAsync<T>(CancellationToken cancellation)
    {
        await HoldPlainAsync(cancellation);
        return default!;
    }

    private async Task HoldPlainAsync(CancellationToken cancellation)
    {
        if (_fault is not null) throw _fault;
        await Task.Delay(Timeout.Infinite, cancellation);
    }
}
