using System.Collections.Concurrent;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// Keeps a few pixel buffers of exactly the sizes in use. The shared array pool rounds up to powers of two, a third too much for
/// a 1080p picture, and keeps far more of them.
/// </summary>
internal sealed class PixelPool
{
    private const int KeptBytes = 64 << 20;

    private readonly ConcurrentDictionary<int, ConcurrentBag<byte[]>> _free = new();
    private long _keptBytes;

    public byte[] Rent(int length)
    {
        if (_free.TryGetValue(length, out var bag) && bag.TryTake(out var buffer))
        {
            Interlocked.Add(ref _keptBytes, -length);
            return buffer;
        }
        return GC.AllocateUninitializedArray<byte>(length);
    }

    public void Return(byte[] buffer)
    {
        if (Interlocked.Add(ref _keptBytes, buffer.Length) > KeptBytes)
        {
            Interlocked.Add(ref _keptBytes, -buffer.Length);
            return;
        }
        _free.GetOrAdd(buffer.Length, static _ => []).Add(buffer);
    }
}
