using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

public sealed class LocalFileSystemTests
{
    // Written after proc_pid_mountinfo(5): optional fields vary in number, spaces stand as \040, later mounts cover earlier ones.
    private static readonly string[] Mounts =
    [
        "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
        "23 22 0:21 / /proc rw,relatime - proc proc rw",
        "30 22 0:40 / /mnt/nas rw,relatime shared:5 master:2 - nfs4 nas:/export rw,vers=4.2",
        "31 30 8:1 / /mnt/nas/local rw,relatime shared:6 - xfs /dev/sda1 rw",
        @"32 22 0:41 / /mnt/my\040share rw - cifs //server/share rw",
        "33 22 0:42 / /home/me/remote rw - fuse.sshfs me@host:/ rw",
        "34 22 0:43 / /home/me/disk rw - fuseblk /dev/sdb1 rw",
        "35 22 8:2 / /data rw - ext4 /dev/sdc1 rw",
        "36 35 0:44 / /data rw - nfs nas:/data rw",
        "a line that is none",
    ];

    [Theory]
    [InlineData("/home/me/archive/catalog.db", "ext4")]
    [InlineData("/mnt/nas/archive/catalog.db", "nfs4")]
    [InlineData("/mnt/nas/local/catalog.db", "xfs")]
    // Not below /mnt/nas, though it begins like it.
    [InlineData("/mnt/nasty/catalog.db", "ext4")]
    [InlineData("/mnt/my share/catalog.db", "cifs")]
    [InlineData("/home/me/remote/a/catalog.db", "fuse.sshfs")]
    [InlineData("/home/me/disk/catalog.db", "fuseblk")]
    [InlineData("/data/catalog.db", "nfs")]
    public void The_longest_and_latest_mount_decides(string path, string type) => Assert.Equal(type, LocalFileSystem.TypeOf(Mounts, path));

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("smb3", true)]
    [InlineData("fuse.sshfs", true)]
    [InlineData("fuse.rclone", true)]
    [InlineData("ext4", false)]
    [InlineData("xfs", false)]
    [InlineData("btrfs", false)]
    [InlineData("tmpfs", false)]
    [InlineData("overlay", false)]
    [InlineData("fuseblk", false)]
    [InlineData("fuse.mergerfs", false)]
    public void Network_file_systems_are_known_by_their_type(string type, bool isNetwork) => Assert.Equal(isNetwork, LocalFileSystem.IsNetwork(type));

    [Fact]
    public void A_temporary_directory_is_local_also_through_a_link()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("real"));
        Directory.CreateSymbolicLink(directory.File("link"), directory.File("real"));
        LocalFileSystem.Require(Path.Combine(directory.File("link"), "catalog.db"));
        LocalFileSystem.Require(Path.Combine(directory.File("missing"), "below", "catalog.db"));
    }
}
