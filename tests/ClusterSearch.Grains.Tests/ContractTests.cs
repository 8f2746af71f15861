using System.Reflection;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests;

/// <summary>Silos of two versions run beside each other while one replaces the other: what goes between them only grows.</summary>
public sealed class ContractTests
{
    private static readonly string Known = Path.Combine(TestAssets.Repository, "tests", "ClusterSearch.Grains.Tests", "contracts.txt");

    [Fact]
    public void Contracts_are_what_was_promised_and_what_is_new_is_written_down()
    {
        var now = Describe().Order(StringComparer.Ordinal).ToList();
        var promised = File.ReadAllLines(Known);
        Assert.True(!promised.Except(now).Any(), $"changed or gone, and older silos still say it: {string.Join("; ", promised.Except(now))}");
        Assert.True(!now.Except(promised).Any(), $"new, to be added to contracts.txt:\n{string.Join('\n', now.Except(promised))}");
    }

    [Fact]
    public void Every_contract_has_a_name_of_its_own_and_numbers_without_gaps()
    {
        foreach (var type in Types())
        {
            Assert.True(type.GetCustomAttribute<AliasAttribute>()?.Alias.StartsWith("clustersearch.", StringComparison.Ordinal) == true, type.Name);
            if (type.IsEnum) continue;
            var numbers = Members(type).Select(member => (int)member.Id).Order().ToList();
            Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        }
    }

    private static IEnumerable<string> Describe()
    {
        foreach (var type in Types())
        {
            var name = type.GetCustomAttribute<AliasAttribute>()!.Alias;
            if (type.IsEnum)
                foreach (var value in Enum.GetValues(type)) yield return $"{name} = {(int)value} {value}";
            else
                foreach (var (id, member, of) in Members(type)) yield return $"{name} {id} {member} {NameOf(of)}";
        }
        foreach (var type in typeof(IVideoGrain).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type)))
            foreach (var method in type.GetMethods()) yield return $"{type.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}) {NameOf(method.ReturnType)}";
    }

    private static IEnumerable<Type> Types() => typeof(IVideoGrain).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && !typeof(Orleans.Runtime.PlacementStrategy).IsAssignableFrom(type));

    private static IEnumerable<(uint Id, string Member, Type Of)> Members(Type type) => type.GetProperties()
        .Select(property => (property.GetCustomAttribute<IdAttribute>(), property)).Where(member => member.Item1 is not null).Select(member => (member.Item1!.Id, member.property.Name, member.property.PropertyType));

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;
}
