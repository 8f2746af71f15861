namespace ClusterSearch.Index.Segments;

/// <summary>
/// Files that are made for one change. Nothing names them before they are flushed, so their contents and their names may
/// reach the disk in any order, and do so at once: a journalling file system then commits one time instead of once a file.
/// </summary>
internal sealed class NewFiles(string directory) : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly List<FileStream> _files = [];

    /// <returns>The name.</returns>
    public string Add(string name, Action<FileStream> write)
    {
        var path = Path.Combine(directory, name);
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
            _files.Add(file);
            write(file);
            file.Flush();
            return name;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, path);
        }
    }

    /// <summary>Makes all of them last through a loss of power.</summary>
    public async Task FlushAsync()
    {
        try
        {
            await Task.WhenAll([.. _files.Select(file => Task.Run(() => RandomAccess.FlushToDisk(file.SafeFileHandle))), Task.Run(() => DirectoryFlush.Flush(directory))]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, directory);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>For a change that failed: it leaves nothing behind that takes space.</summary>
    public void Delete()
    {
        Dispose();
        foreach (var file in _files) IndexFiles.TryDelete(file.Name);
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            try
            {
                file.Dispose();
            }
            catch (IOException)
            {
                // What is still in its buffer finds no space; it was not flushed, so nobody relies on it.
            }
        }
    }
}
