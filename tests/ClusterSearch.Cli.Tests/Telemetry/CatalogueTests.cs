using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using ClusterSearch.Testing;
using Names = ClusterSearch.ServiceDefaults.Telemetry;

namespace ClusterSearch.Cli.Tests.Telemetry;

/// <summary>docs/telemetry.md and the catalogue of names say the same.</summary>
public sealed partial class CatalogueTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(TestAssets.Repository, "docs", "telemetry.md"));

    private static readonly List<Instrument> Instruments =
        [.. typeof(Names).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<Instrument>()];

    [Fact]
    public void Every_instrument_stands_on_the_page_with_its_kind_and_unit()
    {
        Assert.NotEmpty(Instruments);
        var expected = Instruments.Select(instrument => $"{instrument.Name} {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} {instrument.Unit}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), Rows("instrument").Select(row => $"{Code(row[0])} {row[1]} {row[2]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_span_stands_on_the_page() =>
        Assert.Equal(Constants(typeof(Names.Spans)), Rows("span").Select(row => Code(row[0])).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_attribute_stands_on_the_page_and_is_carried_by_something_on_it()
    {
        var attributes = Constants(typeof(Names.Attributes));
        Assert.Equal(attributes, Rows("attribute").Select(row => Code(row[0])).Order(StringComparer.Ordinal));
        Assert.Equal(attributes, Rows("span").Select(row => row[2]).Concat(Rows("instrument").Select(row => row[3]))
            .SelectMany(cell => Quoted().Matches(cell).Select(match => match.Groups["name"].Value)).Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Constants(Type names) =>
        names.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);

    /// <summary>The cells below the heading of a table, by the heading's first cell.</summary>
    private static IEnumerable<string[]> Rows(string first) => Page
        .SkipWhile(line => !line.StartsWith($"| {first} |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);

    private static string Code(string cell) => Quoted().Match(cell).Groups["name"].Value;

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
