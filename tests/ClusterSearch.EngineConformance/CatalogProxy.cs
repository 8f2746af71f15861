using System.Reflection;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.EngineConformance;

/// <summary>Stands before a catalogue and lets a test do something around every call.</summary>
public class CatalogProxy : DispatchProxy
{
    private ICatalog _inner = null!;
    private Func<string, Func<Task>, Task> _around = null!;

    /// <param name="around">Told a call's name and how to make it; what it throws, the caller sees. It may make the call never, once, or again.</param>
    public static ICatalog Before(ICatalog inner, Func<string, Func<Task>, Task> around)
    {
        var proxy = Create<ICatalog, CatalogProxy>();
        ((CatalogProxy)(object)proxy)._inner = inner;
        ((CatalogProxy)(object)proxy)._around = around;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (!typeof(Task).IsAssignableFrom(targetMethod!.ReturnType)) return targetMethod.Invoke(_inner, args);
        if (targetMethod.ReturnType == typeof(Task)) return AroundAsync(targetMethod, args);
        return typeof(CatalogProxy).GetMethod(nameof(AroundWithResultAsync), BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(targetMethod.ReturnType.GetGenericArguments()[0]).Invoke(this, [targetMethod, args]);
    }

    private async Task AroundAsync(MethodInfo method, object?[]? arguments) => await _around(method.Name, () => (Task)method.Invoke(_inner, arguments)!);

    private async Task<T> AroundWithResultAsync<T>(MethodInfo method, object?[]? arguments)
    {
        T? result = default;
        await _around(method.Name, async () => result = await (Task<T>)method.Invoke(_inner, arguments)!);
        return result!;
    }
}

/// <summary>A switch: once thrown, whoever speaks to the catalogue through it is as good as dead.</summary>
public sealed class Lifeline
{
    private volatile bool _isCut;

    public void Cut() => _isCut = true;

    public ICatalog Before(ICatalog catalog) => CatalogProxy.Before(catalog, async (_, call) =>
    {
        Require();
        await call();
        // What was done is done; its doer never hears of it.
        Require();
    });

    private void Require()
    {
        if (_isCut) throw new ClusterSearchException(ErrorCodes.ArchiveUnreachable, "cut off");
    }
}
