using System.Globalization;
using System.Security.Cryptography;

namespace ClusterSearch.Embedding.Directories;

/// <summary>
/// SHA-256 of files. With a cache directory, a file whose size and modification time are as they were is not read again;
/// one modified within the last seconds is, since its time could not tell another change. A cache that is lost, broken or
/// not writable costs time, never correctness.
/// </summary>
internal sealed class FileHashes
{
    private static readonly TimeSpan s_timeResolution = TimeSpan.FromSeconds(3);

    private readonly MemoFile? _memo;
    private readonly Dictionary<string, Entry> _known = [];
    private readonly TimeProvider _time;
    private bool _changed;

    /// <param name="cacheDirectory">Null remembers nothing.</param>
    /// <param name="owner">Whose files these are; one cache file each.</param>
    public FileHashes(string? cacheDirectory, string owner, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        if (cacheDirectory is null) return;
        _memo = new MemoFile(cacheDirectory, "hashes", owner);
        foreach (var line in _memo.Read())
            if (line.Split('\t') is [var size, var modified, { Length: 64 } hash, var path]
                && long.TryParse(size, CultureInfo.InvariantCulture, out var bytes) && long.TryParse(modified, CultureInfo.InvariantCulture, out var ticks))
                _known[path] = new Entry(bytes, ticks, hash);
    }

    /// <summary>Files read rather than remembered, so far.</summary>
    public int ReadCount { get; private set; }

    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string Of(string path)
    {
        var info = new FileInfo(path);
        var (size, modified) = (info.Length, info.LastWriteTimeUtc.Ticks);
        if (_known.TryGetValue(path, out var entry) && entry.Size == size && entry.ModifiedUtcTicks == modified) return entry.Sha256;
        using var stream = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        ReadCount++;
        if (_time.GetUtcNow().UtcDateTime - info.LastWriteTimeUtc > s_timeResolution)
        {
            _known[path] = new Entry(size, modified, hash);
            _changed = true;
        }

        return hash;
    }

    public void Save()
    {
        if (_changed) _memo?.Write(_known.Select(known => string.Create(CultureInfo.InvariantCulture, $"{known.Value.Size}\t{known.Value.ModifiedUtcTicks}\t{known.Value.Sha256}\t{known.Key}")));
        _changed = false;
    }

    private sealed record Entry(long Size, long ModifiedUtcTicks, string Sha256);
}
