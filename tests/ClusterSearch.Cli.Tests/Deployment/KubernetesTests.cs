using ClusterSearch.Testing;
using YamlDotNet.RepresentationModel;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>deploy/kubernetes, as far as it can be judged without a cluster: what `kubectl apply -k` of each folder would apply.</summary>
public sealed class KubernetesTests
{
    /// <summary>Made by hand, as deploy/README.md says: its lines are looked for there.</summary>
    private static readonly string[] SecretsByHand = ["clustersearch-database", "clustersearch-keys", "clustersearch-tls"];

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = "v1", ["ConfigMap"] = "v1", ["PersistentVolumeClaim"] = "v1", ["Service"] = "v1",
        ["Deployment"] = "apps/v1", ["StatefulSet"] = "apps/v1",
    };

    public static TheoryData<string> Folders() => ["base", "workers", "silos"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_file_is_applied_and_every_object_is_of_a_kind_and_version_that_there_is(string folder)
    {
        Assert.Equal(Directory.GetFiles(Path.Combine(YamlFile.Deploy, "kubernetes", folder)).Select(path => Path.GetFileName(path)).Except(["kustomization.yaml"]).Order(StringComparer.Ordinal),
            YamlFile.Read($"kubernetes/{folder}/kustomization.yaml").Single().Words("resources").Where(resource => !resource.StartsWith("../", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var objects = YamlFile.Kustomized(folder);
        Assert.All(objects, one => Assert.Equal(Kinds[one.Text("kind")], one.Text("apiVersion")));
        Assert.Equal(objects.Count, objects.Select(one => (one.Text("kind"), Name(one))).Distinct().Count());
        Assert.All(objects, one => Assert.Matches("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", Name(one)));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void What_a_workload_names_is_there(string folder)
    {
        var objects = YamlFile.Kustomized(folder);
        foreach (var workload in objects.Where(IsWorkload))
        {
            var pod = workload.At("spec", "template", "spec");
            foreach (var (label, value) in workload.Entries("spec", "selector", "matchLabels"))
                Assert.Equal(value.ToString(), workload.Text("spec", "template", "metadata", "labels", label));
            if (workload.Find("spec", "serviceName") is { } service) Assert.Contains(objects, one => one.Text("kind") == "Service" && Name(one) == service.ToString());
            var volumes = pod.Items("volumes").Concat(workload.Items("spec", "volumeClaimTemplates").Select(claim => claim.At("metadata"))).Select(volume => volume.Text("name")).ToList();
            Assert.All(Named(pod.Items("volumes"), "persistentVolumeClaim", "claimName"), claim => Assert.Contains(objects, one => one.Text("kind") == "PersistentVolumeClaim" && Name(one) == claim));
            Assert.All(Named(pod.Items("volumes"), "secret", "secretName"), secret => Assert.Contains(secret, SecretsByHand));
            foreach (var container in pod.Items("containers"))
            {
                Assert.All(container.Items("volumeMounts"), mount => Assert.Contains(mount.Text("name"), volumes));
                Assert.NotNull(container.Find("resources", "requests", "memory"));
                Assert.All(Named(container.Items("env"), "valueFrom", "secretKeyRef", "name"), secret => Assert.Contains(secret, SecretsByHand));
                Assert.All(Named(container.Items("envFrom"), "configMapRef", "name"), map => Assert.Contains(objects, one => one.Text("kind") == "ConfigMap" && Name(one) == map));
                foreach (var probe in new[] { "readinessProbe", "livenessProbe" })
                    if (container.Find(probe, "httpGet", "port") is { } port) Assert.Contains(port.ToString(), container.Items("ports").Select(one => one.Text("name")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_program_understands_its_arguments_and_reads_its_variables(string folder)
    {
        var objects = YamlFile.Kustomized(folder);
        var settings = objects.Where(one => one.Text("kind") == "ConfigMap").SelectMany(one => one.Entries("data")).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        Assert.All(settings.Keys, CommandLines.Read);
        foreach (var container in objects.Where(IsWorkload).SelectMany(one => one.Items("spec", "template", "spec", "containers")).Where(container => container.Text("image").StartsWith("clustersearch", StringComparison.Ordinal)))
        {
            var arguments = container.Words("args");
            // The silo's own program is not built here: its tests look at its arguments.
            if (container.Find("command") is null) CommandLines.Understood(arguments);
            foreach (var variable in container.Items("env")) CommandLines.Read(variable.Text("name"));
            var mounts = container.Items("volumeMounts").Select(mount => mount.Text("mountPath")).ToList();
            foreach (var root in arguments.Where((_, i) => i > 0 && arguments[i - 1] == "--root")) Assert.Contains(root.Split('=')[1], mounts);
            foreach (var setting in new[] { "CLUSTERSEARCH_ARCHIVE", "CLUSTERSEARCH_MODELS" }) Assert.Contains(settings[setting], mounts);
            if (container.Items("envFrom").Any(map => map.Text("configMapRef", "name") == "clustersearch-members"))
                foreach (var setting in settings.Where(setting => setting.Key.StartsWith("CLUSTERSEARCH_TLS", StringComparison.Ordinal)))
                    Assert.Contains(Path.GetDirectoryName(setting.Value), mounts);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Services_reach_pods(string folder)
    {
        var objects = YamlFile.Kustomized(folder);
        foreach (var service in objects.Where(one => one.Text("kind") == "Service"))
        {
            var pods = objects.Where(one => IsWorkload(one) && service.Entries("spec", "selector").All(label =>
                one.Find("spec", "template", "metadata", "labels", label.Key)?.ToString() == label.Value.ToString())).ToList();
            var container = Assert.Single(Assert.Single(pods).Items("spec", "template", "spec", "containers"));
            foreach (var port in service.Items("spec", "ports"))
                Assert.Contains((port.Find("targetPort") ?? port.At("name")).ToString(), container.Items("ports").Select(one => one.Text("name")));
        }
    }

    [Theory]
    [InlineData("workers", "worker-gpu")]
    [InlineData("silos", "silo-gpu")]
    public void Work_on_graphics_processors_asks_for_one_and_computes_with_it(string folder, string name)
    {
        var container = Assert.Single(YamlFile.Kustomized(folder).Single(one => Name(one) == name).Items("spec", "template", "spec", "containers"));
        Assert.Equal("1", container.Text("resources", "limits", "nvidia.com/gpu"));
        Assert.StartsWith("clustersearch-cuda:", container.Text("image"), StringComparison.Ordinal);
        var arguments = container.Words("args").ToList();
        Assert.Equal("cuda", arguments[arguments.IndexOf("--provider") + 1]);
    }

    [Fact]
    public void What_is_to_be_done_by_hand_stands_on_the_page_and_can_be_done()
    {
        var page = File.ReadAllText(Path.Combine(YamlFile.Deploy, "README.md"));
        Assert.All(SecretsByHand, secret => Assert.Contains($"create secret generic {secret}", page, StringComparison.Ordinal));
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("clustersearch ", StringComparison.Ordinal)))
            CommandLines.Understood(line.Split('#')[0].Trim().Split(' ')[1..]);
        foreach (var folder in page.Split('\n').Where(line => line.StartsWith("kubectl apply -k ", StringComparison.Ordinal)).Select(line => line.Split(' ')[3]))
            Assert.True(File.Exists(Path.Combine(YamlFile.Deploy, "..", folder, "kustomization.yaml")), folder);
    }

    private static IEnumerable<string> Named(IEnumerable<YamlNode> nodes, params string[] path) => nodes.Select(node => node.Find(path)?.ToString()).OfType<string>();

    private static bool IsWorkload(YamlNode one) => one.Text("kind") is "Deployment" or "StatefulSet";

    private static string Name(YamlNode one) => one.Text("metadata", "name");
}
