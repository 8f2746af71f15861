using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Directories;

public class CacheTests
{
    private static readonly DateTime s_longAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void An_unchanged_file_is_hashed_once()
    {
        using var temporary = new TemporaryDirectory();
        var file = Write(temporary.File("a"), "abc", s_longAgo);
        const string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // SHA-256's own test vector
        var first = new FileHashes(temporary.File("cache"), "x");
        Assert.Equal(expected, first.Of(file));
        first.Save();
        var second = new FileHashes(temporary.File("cache"), "x");
        Assert.Equal(expected, second.Of(file));
        Assert.Equal((1, 0), (first.ReadCount, second.ReadCount));
    }

    [Theory]
    [InlineData("abcd", 0)]
    [InlineData("xyz", 1)]
    public void A_file_with_another_size_or_time_is_hashed_again(string content, int secondsLater)
    {
        using var temporary = new TemporaryDirectory();
        var file = Write(temporary.File("a"), "abc", s_longAgo);
        var first = new FileHashes(temporary.File("cache"), "x");
        var before = first.Of(file);
        first.Save();
        Write(file, content, s_longAgo.AddSeconds(secondsLater));
        Assert.NotEqual(before, new FileHashes(temporary.File("cache"), "x").Of(file));
    }

    [Fact]
    public void A_file_modified_just_now_is_not_trusted_by_its_time()
    {
        using var temporary = new TemporaryDirectory();
        var file = Write(temporary.File("a"), "abc", DateTime.UtcNow);
        var first = new FileHashes(temporary.File("cache"), "x");
        first.Of(file);
        first.Save();
        var second = new FileHashes(temporary.File("cache"), "x");
        second.Of(file);
        Assert.Equal(1, second.ReadCount);
    }

    [Fact]
    public void A_broken_cache_remembers_nothing()
    {
        using var temporary = new TemporaryDirectory();
        var file = Write(temporary.File("a"), "abc", s_longAgo);
        var first = new FileHashes(temporary.File("cache"), "x");
        var expected = first.Of(file);
        first.Save();
        File.WriteAllText(Assert.Single(Directory.GetFiles(temporary.File("cache"), "*", SearchOption.AllDirectories)), "3\tx\tnonsense\n\0\0");
        Assert.Equal(expected, new FileHashes(temporary.File("cache"), "x").Of(file));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_no_fault()
    {
        using var temporary = new TemporaryDirectory();
        Write(temporary.File("cache"), "a file where a directory should be", s_longAgo);
        using var model = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions { CacheDirectory = temporary.File("cache") });
        Assert.All(model.Check(ModelTowers.Text, force: false, CancellationToken.None), result => Assert.True(result.Ok));
    }

    [Fact]
    public void A_pass_is_remembered_and_a_forced_check_runs_all_the_same()
    {
        using var temporary = new TemporaryDirectory();
        var options = new ModelOptions { CacheDirectory = temporary.File("cache") };
        IReadOnlyList<CanaryResult> first;
        using (var model = new ModelLoader().Load(TestAssets.StarterModel, options)) first = model.Check(ModelTowers.Text, force: false, CancellationToken.None);

        var closed = new ModelLoader().Load(TestAssets.StarterModel, options);
        closed.Dispose();
        Assert.Equal(first, closed.Check(ModelTowers.Text, force: false, CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => closed.Check(ModelTowers.Text, force: true, CancellationToken.None));
        // Only the text tower was checked.
        Assert.Throws<ObjectDisposedException>(() => closed.Check(ModelTowers.Image, force: false, CancellationToken.None));
    }

    [Fact]
    public void Other_golden_values_are_checked_anew_and_a_failure_is_not_remembered()
    {
        using var temporary = new TemporaryDirectory();
        var directory = temporary.File("model");
        ModelFaultTests.CopyOfStarter(directory);
        var options = new ModelOptions { CacheDirectory = temporary.File("cache") };
        Assert.True(AllOk());
        var golden = Path.Combine(directory, "golden.json");
        var text = File.ReadAllText(golden);
        File.WriteAllText(golden, text.Replace("\"text\": \"dog\"", "\"text\": \"cat\""));
        Assert.False(AllOk());
        Assert.False(AllOk());
        File.WriteAllText(golden, text);
        Assert.True(AllOk());

        bool AllOk()
        {
            using var model = new ModelLoader().Load(directory, options);
            return model.Check(ModelTowers.Text, force: false, CancellationToken.None).All(result => result.Ok);
        }
    }

    [Fact]
    public void The_models_hash_covers_what_decides_a_vector_and_nothing_else()
    {
        using var temporary = new TemporaryDirectory();
        ModelFaultTests.CopyOfStarter(temporary.Path);
        var before = Hash();
        File.AppendAllText(temporary.File("MODEL_CARD.md"), "\nmore");
        File.AppendAllText(temporary.File("golden.json"), " ");
        Assert.Equal(before, Hash());
        File.AppendAllText(temporary.File("preprocessor_config.json"), "\n");
        Assert.NotEqual(before, Hash());

        string Hash()
        {
            using var model = new ModelLoader().Load(temporary.Path, new ModelOptions());
            return model.Facts.Hash;
        }
    }

    private static string Write(string path, string content, DateTime modified)
    {
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, modified);
        return path;
    }
}
