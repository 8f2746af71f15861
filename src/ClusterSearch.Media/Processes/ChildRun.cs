using ClusterSearch.Core;

namespace ClusterSearch.Media.Processes;

/// <summary>What a short child process left: its whole standard output and how it ended.</summary>
internal sealed record ChildRun(byte[] Output, ErrorLines Errors, ChildExit Exit, string? LimitHit)
{
    /// <summary>Runs to the end.</summary>
    /// <param name="outputLimit">Bytes of standard output above which the child is ended.</param>
    /// <param name="input">Written to its standard input; null for none.</param>
    public static async Task<ChildRun> ToEndAsync(string executable, IReadOnlyList<string> arguments, ChildLimits limits, long outputLimit,
        CancellationToken cancellation, ReadOnlyMemory<byte>? input = null)
    {
        await using var child = ChildProcess.Start(executable, arguments, limits, cancellation, withInput: input is not null);
        var writing = input is { } bytes ? BlockingThread.Run("ffmpeg stdin", () => Write(child, bytes)) : Task.CompletedTask;
        var output = await BlockingThread.Run("ffmpeg stdout", () => ReadAll(child, outputLimit));
        await writing;
        var exit = await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        return output is null
            ? new ChildRun([], child.Errors, exit, $"wrote more than {outputLimit >> 20} MiB")
            : new ChildRun(output, child.Errors, exit, child.LimitHit);
    }

    /// <exception cref="ClusterSearchException">footage.limit_exceeded.</exception>
    public void ThrowIfLimitHit(string path)
    {
        if (LimitHit is not null)
            throw new ClusterSearchException(ErrorCodes.FootageLimit, $"{path}: ffmpeg was ended because it {LimitHit}");
    }

    private static byte[]? ReadAll(ChildProcess child, long limit)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1 << 16];
        int count;
        while ((count = child.Output.Read(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
            if (all.Length <= limit) continue;
            child.Kill();
            return null;
        }
        return all.ToArray();
    }

    private static void Write(ChildProcess child, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            child.Input!.Write(bytes.Span);
            child.Input.Dispose();
        }
        catch (IOException)
        {
            // It went before it had read everything; its exit says why.
        }
    }
}
