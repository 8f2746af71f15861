using System.Text.Json.Nodes;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using Encoding = System.Text.Encoding;

namespace ClusterSearch.Embedding.Tests.Fuzzing;

/// <summary>
/// Files of a model directory, changed at random: they load, or are refused by one line with a model's code. What loads
/// tokenizes without another exception, and quickly.
/// </summary>
public class FuzzedFileTests
{
    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "-1", "1", "3", "1e308", "1e999", "-1e-999", "9223372036854775808", "1000000000000000019884624838656", "2147483647", "0.5", "\"\"", "\"x\"", "\"\\ud800\"",
        "\"(a+)+$\"", "\"(?:(?:(?:a*)*)*)*b\"", "\"\\u0000\"", "[]", "{}", "[[]]", "{\"type\": null}", "{\"type\": \"Sequence\", \"normalizers\": [], \"pretokenizers\": []}",
        "{\"String\": \"\"}", "{\"Regex\": \"[\"}", "[null, null]", "[\"a\", \"\"]", "\"a b\"", "\"AAAAAAAA////\"", "{\"\\ud800\": 1}",
    ];

    private static readonly string[] s_texts = ["", "a photo of a cat", "Ａｂ\u0301 ΣÍ </s> <|endoftext|>\n\n猫!", new string('a', 3000)];

    [Theory]
    [InlineData("control", "tokenizer.json", 400)]
    [InlineData("siglip-tiny", "tokenizer.json", 250)]
    [InlineData("siglip2-tiny", "tokenizer.json", 250)]
    [InlineData("chinese-clip-tiny", "tokenizer.json", 30)]
    [InlineData("control", "config.json", 300)]
    [InlineData("siglip2-tiny", "config.json", 60)]
    [InlineData("control", "preprocessor_config.json", 400)]
    [InlineData("siglip-tiny", "preprocessor_config.json", 100)]
    [InlineData("control", "tokenizer_config.json", 200)]
    [InlineData("siglip-tiny", "tokenizer_config.json", 100)]
    public void A_changed_file_loads_or_is_refused_by_one_line(string fixture, string file, int rounds)
    {
        using var copy = new ModelCopy(ModelCopy.Fixture(fixture), [.. ModelCopy.Settings, .. fixture == "chinese-clip-tiny" ? new[] { "onnx/model.onnx" } : ["onnx/text_model.onnx", "onnx/vision_model.onnx"]]);
        var original = File.ReadAllBytes(copy.PathOf(file));
        var refused = 0;
        for (var seed = 1; seed <= rounds; seed++)
        {
            var random = new Random(seed);
            File.WriteAllBytes(copy.PathOf(file), random.Next(4) == 0 ? ChangedBytes(original, random) : ChangedValues(original, random));
            try
            {
                using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
                foreach (var text in s_texts) Assert.InRange(model.Texts.Tokenize(text).Length, 0, 8192);
                model.Images.Prepare(new Core.Footage.RgbImage(40, 30, new byte[3600]), new float[model.Images.PreparedLength]);
            }
            catch (ClusterSearchException fault) when (fault.Code.StartsWith("model.", StringComparison.Ordinal) && !fault.Message.Contains('\n'))
            {
                refused++;
            }
            catch (Exception fault) when (fault is not ClusterSearchException)
            {
                throw new InvalidOperationException($"seed {seed}: {fault.GetType().Name} {fault.Message}", fault);
            }
        }

        // Some changes must matter, or nothing was tried.
        Assert.InRange(refused, rounds / 20, rounds);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("tokenizer_config.json")]
    public void Deep_nesting_empty_and_binary_files_are_refused(string file)
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("control"));
        byte[][] contents =
        [
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"normalizers\":[", 100_000))),
            Encoding.UTF8.GetBytes(new string('[', 1_000_000)), [], [0xEF, 0xBB, 0xBF], [0xff, 0xfe, 0x7b, 0x00], "[]"u8.ToArray(), "null"u8.ToArray(),
        ];
        foreach (var content in contents)
        {
            File.WriteAllBytes(copy.PathOf(file), content);
            Assert.Equal(ErrorCodes.ModelBroken, Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(copy.Directory, new ModelOptions())).Code);
        }
    }

    [Fact]
    public void Normalizers_within_normalizers_as_deep_as_JSON_goes_are_read()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("control"));
        copy.Edit("tokenizer.json", file =>
        {
            for (var depth = 0; depth < 25; depth++)
                file["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(file["normalizer"]!.DeepClone()) };
        });
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        using var plain = new ModelLoader().Load(ModelCopy.Fixture("control"), new ModelOptions());
        Assert.Equal(plain.Texts.Tokenize("A  Cat"), model.Texts.Tokenize("A  Cat"));
    }

    private static byte[] ChangedBytes(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(Math.Min(bytes.Count - at, 2000)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 1));
                    break;
                default:
                    bytes[at] = (byte)"{}[]\",:0\\ue"[random.Next(11)];
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Some values, anywhere in the tree, by others; written by hand, since a serializer refuses what a file may hold.</summary>
    private static byte[] ChangedValues(byte[] original, Random random)
    {
        var root = JsonNode.Parse(original)!;
        var changed = new List<string>();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var node = root;
            while (true)
            {
                var children = node switch { JsonObject table => table.Count, JsonArray list => list.Count, _ => 0 };
                if (children == 0) break;
                var index = random.Next(Math.Min(children, 40));
                var child = node is JsonObject entries ? entries.ElementAt(index).Value : node![index];
                if (child is JsonObject or JsonArray && random.Next(5) > 0)
                {
                    node = child;
                    continue;
                }

                var place = $"@@{changed.Count}@@";
                changed.Add(s_values[random.Next(s_values.Length)]);
                if (node is JsonObject named) named[named.ElementAt(index).Key] = place;
                else node![index] = place;
                break;
            }
        }

        var text = root.ToJsonString();
        for (var i = 0; i < changed.Count; i++) text = text.Replace($"\"@@{i}@@\"", changed[i]);
        return Encoding.UTF8.GetBytes(text);
    }
}
