using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using ClusterSearch.Core;
using ClusterSearch.Pulling.Hosts;

namespace ClusterSearch.Pulling.Files;

/// <summary>
/// Fetches one file: into NAME.part, compared with what was announced, flushed, renamed. A connection that is cut is taken
/// up again where it ended; so is a part that an earlier pull left, if a checksum or a strong entity tag can tell that it
/// belongs to the same file.
/// </summary>
internal sealed class FileDownload(ModelHost host, string revision, string folder, PullJournal journal, PullSettings settings, Action<long> advanced)
{
    private const string PartSuffix = ".part";
    private const int BufferBytes = 1 << 17;

    /// <summary>A file whose size nobody states is a small one or none of ours.</summary>
    private const long MaximumUnannouncedBytes = 64L << 20;

    /// <summary>So much progress makes up for a failed attempt.</summary>
    private const long ForgivingBytes = 1L << 20;

    /// <exception cref="ClusterSearchException">model.download_failed, model.checksum, model.disk_full.</exception>
    public async Task FetchAsync(HostFile file, CancellationToken cancellation)
    {
        var target = Path.Combine(folder, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (IsThere(file, target))
        {
            advanced(new FileInfo(target).Length);
            return;
        }
        var part = target + PartSuffix;
        var wasResumed = await FetchPartAsync(file, part, cancellation);
        if (Mismatch(file, part) is { } mismatch)
        {
            advanced(-new FileInfo(part).Length);
            File.Delete(part);
            if (!wasResumed) throw mismatch;
            // The beginning may have been of another state of the file: once more, from nothing.
            await FetchPartAsync(file, part, cancellation);
            if (Mismatch(file, part) is { } again)
            {
                File.Delete(part);
                throw again;
            }
        }
        File.Move(part, target, overwrite: true);
        journal.Finished(file);
    }

    /// <summary>Bytes of a file that need not be fetched again, for the check of the disk's room.</summary>
    public static long BytesThere(string folder, HostFile file)
    {
        var target = new FileInfo(Path.Combine(folder, file.Path));
        var part = new FileInfo(target.FullName + PartSuffix);
        return target.Exists ? target.Length : part.Exists ? part.Length : 0;
    }

    private bool IsThere(HostFile file, string target) =>
        File.Exists(target) && (file.Size is null || new FileInfo(target).Length == file.Size)
        && (file.Sha256 is null ? journal.IsFinished(file) : Sha256Of(target) == file.Sha256);

    /// <returns>Whether a part that an earlier pull left was taken up.</returns>
    private async Task<bool> FetchPartAsync(HostFile file, string part, CancellationToken cancellation)
    {
        var had = File.Exists(part) ? new FileInfo(part).Length : 0;
        advanced(had);
        var wasResumed = had > 0;
        var length = had;
        for (var attempt = 1; ;)
        {
            var begun = length;
            var etag = journal.ETagOf(file);
            if (length > 0 && (length > file.Size || (file.Sha256 is null && etag is null))) length = Restart();
            if (length > 0 && length == file.Size) return wasResumed;
            string reason;
            try
            {
                using var answer = await host.GetAsync(revision, file.Path, length > 0 ? new RangeCondition(length, etag) : null, cancellation);
                if (answer.Final.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && answer.Final.Content.Headers.ContentRange?.Length is { } whole && whole != file.Size)
                    throw PullFaults.Refused($"{file.Path}: {file.Size} bytes were announced, the host has {whole}");
                if (!ContinuesAt(answer.Final, length))
                {
                    length = Restart();
                    if (answer.Final.StatusCode != HttpStatusCode.OK) throw new HttpIOException(HttpRequestError.InvalidResponse, "the host does not go on where the part ends");
                }
                var announced = file.Size ?? Total(answer.Final, length);
                journal.Begun(file, answer.Final.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : null);
                var expected = announced ?? MaximumUnannouncedBytes;
                await using (var body = await answer.Final.Content.ReadAsStreamAsync(cancellation))
                    length = await CopyAsync(body, part, length, expected, file.Path, cancellation);
                if (announced is null || length == announced) return wasResumed;
                reason = $"the connection ended after {length} of {announced} bytes";
            }
            catch (Exception fault) when (fault is HttpRequestException or HttpIOException or ReadFault)
            {
                length = File.Exists(part) ? new FileInfo(part).Length : 0;
                reason = (fault.InnerException ?? fault).Message;
            }
            if (length - begun >= ForgivingBytes) attempt = 1;
            if (attempt++ >= settings.MaximumAttempts) throw PullFaults.Unreachable($"{file.Path}: {reason}");
            await host.PauseAsync(attempt - 1, null, cancellation);
        }

        long Restart()
        {
            if (File.Exists(part))
            {
                advanced(-new FileInfo(part).Length);
                File.Delete(part);
            }
            wasResumed = false;
            return 0;
        }
    }

    private static bool ContinuesAt(HttpResponseMessage response, long length) => length == 0
        ? response.StatusCode == HttpStatusCode.OK
        : response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == length;

    private static long? Total(HttpResponseMessage response, long length) =>
        response.Content.Headers.ContentRange?.Length ?? (response.Content.Headers.ContentLength is { } rest ? length + rest : null);

    private async Task<long> CopyAsync(Stream body, string part, long length, long expected, string name, CancellationToken cancellation)
    {
        await using var output = Open(part, length);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var count = await ReadAsync(body, buffer, cancellation);
                if (count == 0) break;
                if (length + count > expected)
                    throw PullFaults.Refused($"{name}: {expected} bytes were announced, the host sends more");
                await WriteAsync(output, buffer.AsMemory(0, count), part);
                length += count;
                advanced(count);
            }
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            // Also what a cut connection or Ctrl-C leaves is worth keeping.
            output.Flush(flushToDisk: true);
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(settings.IdleTimeout);
        try
        {
            return await body.ReadAsync(buffer.AsMemory(), patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ReadFault($"nothing came for {settings.IdleTimeout.TotalSeconds} s", null);
        }
        catch (IOException fault)
        {
            throw new ReadFault(fault.Message, fault);
        }
    }

    private static FileStream Open(string part, long length)
    {
        try
        {
            var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
            file.SetLength(length);
            file.Position = length;
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw PullFaults.Writing(fault, part);
        }
    }

    private static async Task WriteAsync(FileStream output, ReadOnlyMemory<byte> bytes, string part)
    {
        try
        {
            await output.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException fault)
        {
            throw PullFaults.Writing(fault, part);
        }
    }

    private static ClusterSearchException? Mismatch(HostFile file, string part)
    {
        var bytes = new FileInfo(part).Length;
        if (file.Size is { } size && bytes != size)
            return new ClusterSearchException(ErrorCodes.ModelChecksum, $"{file.Path}: {size} bytes were announced, {bytes} came; pull again");
        if (file.Sha256 is not { } sha256) return null;
        var found = Sha256Of(part);
        return found == sha256 ? null
            : new ClusterSearchException(ErrorCodes.ModelChecksum, $"{file.Path}: SHA-256 {sha256} was announced, what came has {found}; it was deleted; pull again, or from another host");
    }

    private static string Sha256Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The connection's fault, told apart from the disk's.</summary>
    private sealed class ReadFault(string message, Exception? cause) : Exception(message, cause);
}
