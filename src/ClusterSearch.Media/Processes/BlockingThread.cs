namespace ClusterSearch.Media.Processes;

/// <summary>Work that blocks on a pipe gets a thread of its own: the pool has as few threads as the machine has cores.</summary>
internal static class BlockingThread
{
    public static Task Run(string name, Action work) => Run<object?>(name, () =>
    {
        work();
        return null;
    });

    public static Task<T> Run<T>(string name, Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return completion.Task;
    }
}
