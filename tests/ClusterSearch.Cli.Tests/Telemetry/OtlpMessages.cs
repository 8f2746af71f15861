using System.Globalization;
using Google.Protobuf;

namespace ClusterSearch.Cli.Tests.Telemetry;

/// <param name="Process">service.instance.id of its resource.</param>
/// <param name="Links">Trace and span ids.</param>
public sealed record OtlpSpan(
    string Service, string Process, string Name, string TraceId, string SpanId, string? ParentId, int Kind,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<(string TraceId, string SpanId)> Links);

/// <summary>One value of one instrument.</summary>
public sealed record OtlpPoint(string Instrument, string Unit, double Value, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Reads the fields of opentelemetry-proto 1.x that the tests look at.</summary>
internal static class OtlpMessages
{
    public static IEnumerable<OtlpSpan> Spans(byte[] request)
    {
        foreach (var resourceSpans in Messages(request, 1))
        {
            var resource = Attributes(Messages(resourceSpans, 1).FirstOrDefault() ?? [], 1);
            foreach (var span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2)))
                yield return new OtlpSpan(resource.GetValueOrDefault("service.name", ""), resource.GetValueOrDefault("service.instance.id", ""),
                    Text(span, 5), Id(span, 1)!, Id(span, 2)!, Id(span, 4), (int)Number(span, 6), Attributes(span, 9),
                    [.. Messages(span, 13).Select(link => (Id(link, 1)!, Id(link, 2)!))]);
        }
    }

    public static IEnumerable<OtlpPoint> Points(byte[] request)
    {
        foreach (var metric in Messages(request, 1).SelectMany(resource => Messages(resource, 2)).SelectMany(scope => Messages(scope, 2)))
        {
            // Gauges and sums have number points, histograms (9) points of their own.
            foreach (var point in Messages(metric, 5).Concat(Messages(metric, 7)).SelectMany(data => Messages(data, 1)))
                yield return new OtlpPoint(Text(metric, 1), Text(metric, 3), Double(point, 4) ?? Number(point, 6), Attributes(point, 7));
            foreach (var point in Messages(metric, 9).SelectMany(data => Messages(data, 1)))
                yield return new OtlpPoint(Text(metric, 1), Text(metric, 3), Number(point, 4), Attributes(point, 9));
        }
    }

    private static Dictionary<string, string> Attributes(byte[] message, int field) => Messages(message, field)
        .ToDictionary(pair => Text(pair, 1), pair => Value(Messages(pair, 2).FirstOrDefault() ?? []), StringComparer.Ordinal);

    private static string Value(byte[] any)
    {
        foreach (var (field, value) in Fields(any))
            return value switch
            {
                ByteString text => text.ToStringUtf8(),
                ulong bits when field == 4 => BitConverter.UInt64BitsToDouble(bits).ToString(CultureInfo.InvariantCulture),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            };
        return "";
    }

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        Fields(message).Where(part => part.Field == field).Select(part => ((ByteString)part.Value).ToByteArray());

    private static string Text(byte[] message, int field) =>
        Fields(message).Where(part => part.Field == field).Select(part => ((ByteString)part.Value).ToStringUtf8()).FirstOrDefault() ?? "";

    private static string? Id(byte[] message, int field) =>
        Messages(message, field).FirstOrDefault() is { Length: > 0 } id ? Convert.ToHexStringLower(id) : null;

    private static long Number(byte[] message, int field) =>
        Fields(message).Where(part => part.Field == field).Select(part => (long)(ulong)part.Value).FirstOrDefault();

    private static double? Double(byte[] message, int field) =>
        Fields(message).Where(part => part.Field == field).Select(part => (double?)BitConverter.UInt64BitsToDouble((ulong)part.Value)).FirstOrDefault();

    private static List<(int Field, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.LengthDelimited => input.ReadBytes(),
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                var other => throw new InvalidDataException($"wire type {other}"),
            };
            fields.Add((WireFormat.GetTagFieldNumber(tag), value));
        }
        return fields;
    }
}
