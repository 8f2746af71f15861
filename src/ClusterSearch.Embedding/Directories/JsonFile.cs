using System.Text.Json;
using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Directories;

/// <summary>One JSON file of a model directory, with its faults named by file and property.</summary>
internal sealed class JsonFile : IDisposable
{
    private readonly JsonDocument _document;

    private JsonFile(string path, JsonDocument document) => (Path, _document) = (path, document);

    public string Path { get; }

    public JsonElement Root => _document.RootElement;

    /// <exception cref="ClusterSearchException">model.incomplete when it is not there, model.broken when it is not a JSON object.</exception>
    public static JsonFile Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path).AsMemory();
            // Some editors set a mark of the byte order before the text.
            if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return new JsonFile(path, document);
            using (document)
                throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path}: expected a JSON object, found {document.RootElement.ValueKind}");
        }
        catch (JsonException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken,
                $"{path}: not valid JSON at line {fault.LineNumber + 1}; fetch the file again", fault);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelIncomplete,
                $"{System.IO.Path.GetDirectoryName(path)} has no {System.IO.Path.GetFileName(path)}; fetch the missing file", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The file, or null when there is none.</summary>
    public static JsonFile? ReadIfPresent(string path) => File.Exists(path) ? Read(path) : null;

    /// <summary>Reads what the file says; whatever does not fit the layout is one fault.</summary>
    /// <param name="layout">What the file should be, for the message: "a tokenizer.json".</param>
    /// <exception cref="ClusterSearchException">model.incomplete, model.broken, and what <paramref name="read"/> refuses.</exception>
    public static T Read<T>(string path, string layout, Func<JsonFile, T> read)
    {
        using var file = Read(path);
        try
        {
            return read(file);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path}: not laid out as {layout} is: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    /// <summary>A property by its path; null when it is absent or null.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> names)
    {
        var element = Root;
        foreach (var name in names)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element) || element.ValueKind == JsonValueKind.Null)
                return null;
        return element;
    }

    public string? FindText(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A whole number above zero; null when absent, or beyond 32 bits (Gemma's model_max_length is 1e30).</summary>
    public int? FindCount(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number > 0 ? number : null;

    public double? FindNumber(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Number } value && double.IsFinite(value.GetDouble()) ? value.GetDouble() : null;

    public ClusterSearchException Unsupported(string property, string found) =>
        new(ErrorCodes.ModelUnsupported, $"{Path}: \"{property}\" is {found}");

    public void Dispose() => _document.Dispose();
}
