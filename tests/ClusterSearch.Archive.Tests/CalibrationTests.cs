using System.Globalization;
using ClusterSearch.Core.Evaluation;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>
/// Whether relevance and verdict mean what they say, on montages whose pieces are all judged: by the starter's own
/// calibration, and by the archive's background with that calibration withheld. Seeds here are not those that the constants
/// were fitted on. Figures: docs/benchmarks/calibration.md.
/// </summary>
public sealed class CalibrationTests(Montage montage, ITestOutputHelper output)
{
    private const int Seed = 21;

    /// <summary>Other words for what the pieces show.</summary>
    private static readonly Dictionary<string, string[]> OtherWords = new()
    {
        ["a cat"] = ["a ginger tabby", "a kitten's face"],
        ["a cup of coffee"] = ["an espresso on a saucer", "a hot drink"],
        ["a temple by a lake"] = ["a pagoda", "a Chinese tower"],
        ["a flower"] = ["a dahlia", "an orange blossom"],
        ["a rocket"] = ["a spacecraft on its launch pad", "a missile"],
        ["galaxies in deep space"] = ["many stars in the sky", "an astronomical photograph"],
        ["a rabbit"] = ["a fat grey hare", "a bunny on a meadow"],
    };

    private static readonly string[] NotShown =
    [
        "a wedding dress", "a tractor on a field", "a violin", "a polar bear", "a pizza", "an umbrella", "a submarine", "a piano", "a goldfish", "a school bus",
        "a volcano", "a tennis racket", "a sewing machine", "a penguin", "an accordion", "a fire truck", "a hamburger", "a zebra", "a typewriter", "a bicycle",
        "a lighthouse", "a snake", "a refrigerator", "a parachute",
    ];

    [Theory]
    [InlineData(false, 0.1, 0.45)]
    [InlineData(true, 0.1, 0.65)]
    public async Task Relevance_is_calibrated_and_verdicts_are_seldom_wrong(bool isWithheld, double largestError, double mostMissed)
    {
        using var directory = new TemporaryDirectory();
        var (footage, judged) = await montage.GetAsync(Seed);
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"), isWithheld ? ports => ports with { Models = new OffsetModelLoader(ports.Models) } : null);
        Assert.Empty((await archive.IngestAsync(footage)).Failures);

        var queries = judged.SelectMany(query => OtherWords.GetValueOrDefault(query.Text!, []).Prepend(query.Text!).Select(text => (Text: text, query.Relevant)))
            .Concat(NotShown.Select(text => (Text: text, Relevant: (IReadOnlyList<JudgedMoment>)[])));
        var predictions = new List<(double Probability, bool IsTrue)>();
        var verdicts = new List<(bool IsShown, Verdict Verdict)>();
        foreach (var (text, relevant) in queries)
        {
            var answer = await archive.SearchAsync(text);
            verdicts.Add((relevant.Count > 0, answer.Verdict));
            foreach (var moment in answer.Moments)
            {
                var isTrue = relevant.Any(one => one.Video == moment.FileName && 2 * (Math.Min(one.End, moment.End) - Math.Max(one.Start, moment.Start)) >= moment.End - moment.Start);
                predictions.Add((moment.Relevance!.Value, isTrue));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"csv,{isWithheld},{text},{moment.Score:0.0000},{moment.Relevance:0.0000},{isTrue},{answer.Verdict}"));
            }
        }
        var error = CalibrationError.Expected(predictions);
        // Wrong is what misleads: ok where nothing of it is shown, nothing where it is. Weak says that it does not know. How much is missed is
        // for the model to say: the starter scores a rabbit as low as what is not there.
        var misled = verdicts.Count(one => !one.IsShown && one.Verdict == Verdict.Ok) / (double)verdicts.Count(one => !one.IsShown);
        var missed = verdicts.Count(one => one.IsShown && one.Verdict == Verdict.Nothing) / (double)verdicts.Count(one => one.IsShown);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {Seed}, withheld {isWithheld}: {predictions.Count} moments, expected calibration error {error:0.000}; {verdicts.Count} queries, ok of what is not shown {misled:0.000}, nothing of what is {missed:0.000}, weak {verdicts.Count(one => one.Verdict == Verdict.Weak) / (double)verdicts.Count:0.000}"));
        Assert.True(error <= largestError, $"seed {Seed}, withheld {isWithheld}: expected calibration error {error:0.000}");
        Assert.True(misled <= 0.05, $"seed {Seed}, withheld {isWithheld}: ok of what is not shown {misled:0.000}");
        Assert.True(missed <= mostMissed, $"seed {Seed}, withheld {isWithheld}: nothing of what is shown {missed:0.000}");
    }
}
