using System.Text;
using ClusterSearch.Cli.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

public sealed class NpyFileTests
{
    [Fact]
    public void The_bytes_are_those_that_NumPy_writes()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("a.npy");
        NpyFile.Write(path, 2, 3, [1f, -2f, 0.5f, 0f, 3f, 1e-3f]);

        // By hand: 10 bytes before the header's text; the text is 60 characters and a new line; 71 is padded to 128, so the length field is 118 = 0x76.
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        var expected = new List<byte> { 0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00 };
        expected.AddRange(Encoding.ASCII.GetBytes(text.PadRight(117) + "\n"));
        // IEEE 754, lowest byte first: 1 = 3F800000, -2 = C0000000, 0.5 = 3F000000, 0, 3 = 40400000, 0.001 = 3A83126F.
        expected.AddRange([0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x3F]);
        expected.AddRange([0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x40, 0x6F, 0x12, 0x83, 0x3A]);
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(1, 512)]
    [InlineData(36_000, 1)]
    public void The_data_begins_at_a_multiple_of_64_whatever_the_shape(int rows, int columns)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("a.npy");
        NpyFile.Write(path, rows, columns, new float[rows * columns]);
        var bytes = File.ReadAllBytes(path);
        var headerEnd = 10 + bytes[8] + 256 * bytes[9];
        Assert.Equal(0, headerEnd % 64);
        Assert.Equal((byte)'\n', bytes[headerEnd - 1]);
        Assert.Equal(headerEnd + 4L * rows * columns, bytes.Length);
        Assert.Contains($"'shape': ({rows}, {columns})", Encoding.ASCII.GetString(bytes, 10, headerEnd - 10));
    }

    [Fact]
    public void A_shape_that_the_numbers_do_not_fill_is_refused_and_leaves_no_file()
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<ArgumentException>(() => NpyFile.Write(directory.File("a.npy"), 2, 2, [1f]));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_stays_beside_it()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("a.npy");
        File.WriteAllText(path, "old");
        using (new AtomicFile(path))
            Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal("old", File.ReadAllText(path));
        NpyFile.Write(path, 1, 1, [1f]);
        Assert.Equal([path], Directory.GetFileSystemEntries(directory.Path));
        Assert.Equal(132, new FileInfo(path).Length);
    }
}
