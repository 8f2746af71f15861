using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>What the text tower must hold before its vectors are believed.</summary>
internal sealed class TextCanaries(IImageTextModel model, CancellationToken cancellation)
{
    private static readonly string[] s_texts = ["a dog", "red car at night", "snow on mountains"];

    public IReadOnlyList<CanaryResult> Run()
    {
        var list = new CanaryList("text", cancellation);
        var vectors = new List<float[]>();
        if (!list.Add("finite", () =>
            {
                // The encoder refuses vectors that are not finite or have no length.
                foreach (var text in s_texts) vectors.Add(model.Texts.Encode(text));
                return null;
            })) return list.Results;

        list.Add("dimension", () => vectors.Find(vector => vector.Length != model.Facts.Dimension) is { } wrong
            ? $"expected {model.Facts.Dimension} numbers, found {wrong.Length}" : null);
        list.Add("distinct", () => CanaryList.AllDiffer(vectors, "texts"));
        list.Add("repeatable", () => model.Texts.Encode(s_texts[0]).AsSpan().SequenceEqual(vectors[0]) ? null : "the same text gives other bits the second time");
        AddGolden(list);
        return list.Results;
    }

    private void AddGolden(CanaryList list)
    {
        GoldenValues? golden = null;
        try
        {
            golden = GoldenValues.Read(model.Facts.Directory, model.Facts.Precision, model.Facts.ImageWidth, model.Facts.ImageHeight, pictures: false);
        }
        catch (FormatException fault)
        {
            list.Add("golden", () => fault.Message);
        }

        if (golden is not { Texts.Count: > 0 }) return;
        list.Add("golden_tokens", () => golden.Texts.FirstOrDefault(text => text.TokenIds is { } ids && !ids.AsSpan().SequenceEqual(model.Texts.Tokenize(text.Text))) is { } wrong
            ? $"'{wrong.Text}' should be the tokens {string.Join(' ', wrong.TokenIds!)}, found {string.Join(' ', model.Texts.Tokenize(wrong.Text))}" : null);
        list.Add("golden", () =>
        {
            foreach (var text in golden.Texts)
            {
                if (text.Vector.Length != model.Facts.Dimension) return $"the golden vector of '{text.Text}' has {text.Vector.Length} numbers, expected {model.Facts.Dimension}";
                var cosine = CanaryList.Cosine(model.Texts.Encode(text.Text), text.Vector);
                if (!(cosine >= golden.TextCosine)) return $"the vector of '{text.Text}' has cosine {cosine:F6} with the golden one, expected at least {golden.TextCosine}";
            }

            return null;
        });
    }
}
