using YamlDotNet.RepresentationModel;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>deploy/kubernetes, as far as it can be judged without a cluster.</summary>
public sealed class KubernetesTests
{
    /// <summary>Made by hand, as deploy/README.md says: its lines are looked for there.</summary>
    private static readonly string[] SecretsByHand = ["clustersearch-database", "clustersearch-keys"];

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = "v1", ["ConfigMap"] = "v1", ["PersistentVolumeClaim"] = "v1", ["Service"] = "v1",
        ["Deployment"] = "apps/v1", ["StatefulSet"] = "apps/v1",
    };

    private static readonly IReadOnlyList<string> Files = YamlFile.Read("kubernetes/kustomization.yaml").Single().Words("resources");
    private static readonly IReadOnlyList<YamlMappingNode> Objects = [.. Files.SelectMany(file => YamlFile.Read($"kubernetes/{file}"))];

    public static TheoryData<string> Workloads() => [.. Objects.Where(IsWorkload).Select(Name)];

    [Fact]
    public void Every_file_is_applied_and_every_object_is_of_a_kind_and_version_that_there_is()
    {
        Assert.Equal(Directory.GetFiles(Path.Combine(YamlFile.Deploy, "kubernetes")).Select(path => Path.GetFileName(path)).Except(["kustomization.yaml"]).Order(StringComparer.Ordinal),
            Files.Order(StringComparer.Ordinal));
        Assert.All(Objects, one => Assert.Equal(Kinds[one.Text("kind")], one.Text("apiVersion")));
        Assert.Equal(Objects.Count, Objects.Select(one => (one.Text("kind"), Name(one))).Distinct().Count());
        Assert.All(Objects, one => Assert.Matches("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", Name(one)));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void What_a_workload_names_is_there(string name)
    {
        var workload = Objects.Single(one => IsWorkload(one) && Name(one) == name);
        var pod = workload.At("spec", "template", "spec");
        foreach (var (label, value) in workload.Entries("spec", "selector", "matchLabels"))
            Assert.Equal(((YamlScalarNode)value).Value, workload.Text("spec", "template", "metadata", "labels", label));
        if (workload.Find("spec", "serviceName") is { } service) Assert.Contains(Objects, one => one.Text("kind") == "Service" && Name(one) == service.ToString());
        var volumes = pod.Items("volumes").Concat(workload.Items("spec", "volumeClaimTemplates").Select(claim => claim.At("metadata"))).Select(volume => volume.Text("name")).ToList();
        foreach (var claim in pod.Items("volumes").Select(volume => volume.Find("persistentVolumeClaim", "claimName")).OfType<YamlNode>())
            Assert.Contains(Objects, one => one.Text("kind") == "PersistentVolumeClaim" && Name(one) == claim.ToString());
        foreach (var secret in pod.Items("volumes").Select(volume => volume.Find("secret", "secretName")).OfType<YamlNode>()) Assert.Contains(secret.ToString(), SecretsByHand);
        foreach (var container in pod.Items("containers"))
        {
            Assert.All(container.Items("volumeMounts"), mount => Assert.Contains(mount.Text("name"), volumes));
            Assert.NotNull(container.Find("resources", "requests", "memory"));
            foreach (var variable in container.Items("env"))
                if (variable.Find("valueFrom", "secretKeyRef", "name") is { } secret) Assert.Contains(secret.ToString(), SecretsByHand);
            foreach (var map in container.Items("envFrom"))
                Assert.Contains(Objects, one => one.Text("kind") == "ConfigMap" && Name(one) == map.Text("configMapRef", "name"));
            foreach (var probe in new[] { "readinessProbe", "livenessProbe" })
                if (container.Find(probe, "httpGet", "port") is { } port)
                    Assert.Contains(port.ToString(), container.Items("ports").Select(one => one.Text("name")));
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void The_program_understands_its_arguments_and_reads_its_variables(string name)
    {
        var pod = Objects.Single(one => IsWorkload(one) && Name(one) == name).At("spec", "template", "spec");
        foreach (var container in pod.Items("containers").Where(container => container.Text("image").StartsWith("clustersearch", StringComparison.Ordinal)))
        {
            var arguments = container.Words("args");
            CommandLines.Understood(arguments);
            foreach (var variable in container.Items("env")) CommandLines.Read(variable.Text("name"));
            var mounts = container.Items("volumeMounts").Select(mount => mount.Text("mountPath")).ToList();
            foreach (var root in arguments.Where((_, i) => i > 0 && arguments[i - 1] == "--root")) Assert.Contains(root.Split('=')[1], mounts);
            foreach (var setting in new[] { "CLUSTERSEARCH_ARCHIVE", "CLUSTERSEARCH_MODELS" }) Assert.Contains(Settings.Text("data", setting), mounts);
        }
    }

    [Fact]
    public void The_program_reads_each_of_the_settings() => Assert.All(Settings.Entries("data").Keys, CommandLines.Read);

    [Fact]
    public void Services_reach_pods()
    {
        foreach (var service in Objects.Where(one => one.Text("kind") == "Service"))
        {
            var pods = Objects.Where(one => IsWorkload(one) && service.Entries("spec", "selector").All(label =>
                one.Find("spec", "template", "metadata", "labels", label.Key)?.ToString() == label.Value.ToString())).ToList();
            var container = Assert.Single(Assert.Single(pods).Items("spec", "template", "spec", "containers"));
            foreach (var port in service.Items("spec", "ports"))
                Assert.Contains((port.Find("targetPort") ?? port.At("name")).ToString(), container.Items("ports").Select(one => one.Text("name")));
        }
    }

    [Fact]
    public void Workers_on_graphics_processors_ask_for_one_and_compute_with_it()
    {
        var container = Assert.Single(Objects.Single(one => Name(one) == "worker-gpu").Items("spec", "template", "spec", "containers"));
        Assert.Equal("1", container.Text("resources", "limits", "nvidia.com/gpu"));
        Assert.Equal("cuda", container.Words("args")[^1]);
    }

    [Fact]
    public void What_is_to_be_made_by_hand_stands_on_the_page()
    {
        var page = File.ReadAllText(Path.Combine(YamlFile.Deploy, "README.md"));
        Assert.All(SecretsByHand, secret => Assert.Contains($"create secret generic {secret}", page, StringComparison.Ordinal));
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("clustersearch ", StringComparison.Ordinal)))
            CommandLines.Understood(line.Split('#')[0].Trim().Split(' ')[1..]);
    }

    private static YamlMappingNode Settings => Objects.Single(one => one.Text("kind") == "ConfigMap");

    private static bool IsWorkload(YamlNode one) => one.Text("kind") is "Deployment" or "StatefulSet";

    private static string Name(YamlNode one) => one.Text("metadata", "name");
}
