namespace ClusterSearch.LoadTests;

/// <summary>Positional arguments and --name value pairs; --json stands alone.</summary>
internal sealed record Arguments(IReadOnlyList<string> Positional, IReadOnlyDictionary<string, string> Named, bool IsJson)
{
    public static Arguments Parse(string[] arguments)
    {
        var positional = new List<string>();
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        var isJson = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--json") isJson = true;
            else if (arguments[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < arguments.Length) named[arguments[i][2..]] = arguments[++i];
            else positional.Add(arguments[i]);
        }
        return new Arguments(positional, named, isJson);
    }

    public string Text(string name, string otherwise) => Named.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) =>
        Named.TryGetValue(name, out var text) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
