using Spectre.Console;

namespace ClusterSearch.Cli.Presentation;

/// <summary>A table of plain cells. A column in which nothing stands is left out, so that the others need not wrap.</summary>
internal static class TextTable
{
    public static Table Empty(Terminal terminal) => new() { Border = terminal.IsRich ? TableBorder.Rounded : TableBorder.Simple };

    /// <param name="rows">As many cells each as there are headings.</param>
    public static void Write(Terminal terminal, IReadOnlyList<string> headings, IReadOnlyList<string[]> rows)
    {
        var used = Enumerable.Range(0, headings.Count).Where(column => rows.Any(row => row[column].Length > 0)).ToList();
        var table = Empty(terminal);
        foreach (var column in used) table.AddColumn(new TableColumn(headings[column]));
        foreach (var row in rows) table.AddRow(used.Select(column => new Text(Wording.Safe(row[column]))));
        terminal.Console.Write(table);
    }
}
