using System.IO.MemoryMappedFiles;
using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Graphs;

/// <summary>An ONNX file's bytes, mapped: a file of gigabytes is walked without reading its weights.</summary>
internal static class OnnxBytes
{
    /// <param name="path">The file.</param>
    /// <param name="read">Receives the ModelProto; what it returns must not point into it.</param>
    /// <exception cref="ClusterSearchException">model.broken when it is cut off or no ONNX graph, model.incomplete when it cannot be read.</exception>
    public static unsafe T Read<T>(string path, Func<ProtocolBuffer, T> read)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length == 0) throw new InvalidDataException("it is empty");
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            using var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            try
            {
                return read(new ProtocolBuffer(start, start + length));
            }
            finally
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or OverflowException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"{path} is not a whole ONNX graph: {fault.Message}; fetch the file again", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
