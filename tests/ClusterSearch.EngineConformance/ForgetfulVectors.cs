using System.Reflection;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.EngineConformance;

/// <summary>A store whose approximate searches miss everything, as one may that states no better: what is found was searched for exactly.</summary>
public class ForgetfulVectors : DispatchProxy
{
    private IVectorStore _inner = null!;

    public static IVectorStore Before(IVectorStore inner)
    {
        var proxy = Create<IVectorStore, ForgetfulVectors>();
        ((ForgetfulVectors)(object)proxy)._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_inner, args);
        return answer is Task<IVectorSnapshot> snapshot ? ForgetfulSnapshot.BeforeAsync(snapshot) : answer;
    }
}

/// <summary>The snapshots of such a store.</summary>
public class ForgetfulSnapshot : DispatchProxy
{
    private IVectorSnapshot _inner = null!;

    public static async Task<IVectorSnapshot> BeforeAsync(Task<IVectorSnapshot> inner) => Before(await inner);

    private static IVectorSnapshot Before(IVectorSnapshot inner)
    {
        var proxy = Create<IVectorSnapshot, ForgetfulSnapshot>();
        ((ForgetfulSnapshot)(object)proxy)._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IVectorSnapshot.ForShots) => this,
        nameof(IVectorSnapshot.SearchUnitsAsync) => new ValueTask<IReadOnlyList<IReadOnlyList<UnitHit>>>(
            [.. ((IReadOnlyList<float[]>)args![0]!).Select(_ => Array.Empty<UnitHit>())]),
        nameof(IVectorSnapshot.SearchUnitsFromAsync) => new ValueTask<IReadOnlyList<UnitHit>>([]),
        _ => targetMethod.Invoke(_inner, args),
    };
}
