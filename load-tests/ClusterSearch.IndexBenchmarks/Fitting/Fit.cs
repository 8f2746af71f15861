using System.Globalization;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Embedding;
using ClusterSearch.IndexBenchmarks.Footage;

namespace ClusterSearch.IndexBenchmarks.Fitting;

/// <summary>Prints the figures of a real archive of the samples and clips beside those of made footage, as rows of a table.</summary>
internal static class Fit
{
    private static readonly Dictionary<QueryKind, string[]> Texts = new()
    {
        [QueryKind.Clear] =
        [
            "a cat", "a cup of coffee", "a temple by a lake", "a flower", "a rocket", "an astronaut", "galaxies in deep space", "a rabbit", "a car in a car park",
            "a water bottle", "a bird on a branch",
        ],
        [QueryKind.Weak] = ["something to drink", "an animal", "a vehicle", "a building", "a plant", "the sky", "a spoon", "a parking lot", "a flag", "grass"],
        [QueryKind.Nothing] =
        [
            "a wedding dress", "a tractor on a field", "a violin", "a polar bear", "a pizza", "an umbrella", "a submarine", "a piano", "a goldfish", "a school bus",
            "a volcano", "a tennis racket",
        ],
    };

    public static async Task RunAsync(string archive, MadeFootage footage, CancellationToken cancellation)
    {
        var real = new FootageFigures { KeepEvery = 1 };
        await using var catalog = await SqliteCatalog.OpenAsync(Path.Combine(archive, "catalog.db"), new SqliteCatalogOptions(), cancellation);
        var encoding = (await catalog.ActiveEncodingAsync(cancellation))!.Encoding;
        var vectors = new DirectoryRawVectorStore(Path.Combine(archive, "vectors"));
        foreach (var video in await catalog.ListVideosAsync(cancellation))
        {
            var chunks = await catalog.ListChunksAsync(video.Id, encoding.Id, cancellation);
            var units = new List<Unit>();
            foreach (var piece in await VideoPieces.ReadAsync(vectors, video.Id, encoding.Id, chunks, state => state == ChunkState.Indexed, cancellation))
            {
                units.AddRange(UnitBuilder.Build(
                    piece.Numbers, [.. piece.Timings.Select(timing => video.Facts.SecondsAt(timing.Ticks))], piece.Vectors, piece.Dimension,
                    ShotDetection.ShotStarts(piece, ShotOptions.Default), piece.Numbers[0]));
            }
            real.AddVideo(units);
        }
        var made = new FootageFigures { KeepEvery = 17 };
        var maker = footage.CreateMaker();
        for (var video = 0; video < footage.VideoCount; video++) made.AddVideo(maker.Make(video).Units());

        using var model = new ModelLoader().Load(encoding.ModelDirectory, new ModelOptions());
        // The real clips show a dozen things; what a model can tell apart at all shows in the vectors of its own labels.
        var labels = new FootageFigures { KeepEvery = 1 };
        foreach (var label in encoding.Labels ?? []) labels.AddSample(model.Texts.Encode(label));
        var motifs = new FootageFigures { KeepEvery = 1 };
        for (var motif = 0; motif < footage.Model.Motifs; motif++) motifs.AddSample(footage.Book.Motif(motif).ToArray());
        foreach (var (left, right) in labels.Figures().Zip(motifs.Figures()).Skip(3)) Print(left with { Name = $"labels, motifs: {left.Name}" }, right);
        foreach (var (left, right) in real.Figures().Zip(made.Figures())) Print(left, right);
        var queries = MadeQueries.Make(footage, 64);
        foreach (var (kind, texts) in Texts)
        {
            var realScores = texts.Select(text => real.Scores(model.Texts.Encode(text))).ToList();
            var madeScores = queries.Where(query => query.Kind == kind).Select(query => made.Scores(query.Vector)).ToList();
            Print(Figure.Quantiles($"{kind}: best score", [.. realScores.Select(scores => scores.Max())]), Figure.Quantiles("", [.. madeScores.Select(scores => scores.Max())]));
            Print(Figure.Quantiles($"{kind}: median score", [.. realScores.Select(Median)]), Figure.Quantiles("", [.. madeScores.Select(Median)]));
            Print(Figure.Quantiles($"{kind}: deviation", [.. realScores.Select(Deviation)]), Figure.Quantiles("", [.. madeScores.Select(Deviation)]));
            Print(Figure.Quantiles($"{kind}: .95 quantile", [.. realScores.Select(High)]), Figure.Quantiles("", [.. madeScores.Select(High)]));
        }
    }

    private static float Median(float[] scores) => scores.Order().ElementAt(scores.Length / 2);

    private static float High(float[] scores) => scores.Order().ElementAt(scores.Length * 95 / 100);

    private static float Deviation(float[] scores) => (float)(ScoreBackground.From(scores)?.Deviation ?? 0);

    private static void Print(Figure real, Figure made) => Console.WriteLine($"| {real.Name} | {Text(real)} | {Text(made)} |");

    private static string Text(Figure figure) => string.Join(" / ", figure.Values.Select(value => value.ToString(value >= 10 ? "0" : "0.00", CultureInfo.InvariantCulture)));
}
