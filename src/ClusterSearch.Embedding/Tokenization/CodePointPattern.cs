using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// The regular expressions that tokenizer.json files of these families replace by: one set of code points (<c>\s</c>, a
/// class in brackets, or a single character), once, at least once (<c>+</c>) or at least so many times (<c>{2,}</c>). No
/// general engine runs, so no file can bring an expression that never ends; and .NET's own sees halves of surrogate pairs.
/// </summary>
internal sealed class CodePointPattern
{
    /// <summary>What stands for something else than itself outside of brackets.</summary>
    private const string MetaCharacters = @".$|?*+(){}[]^\";

    /// <summary>Within brackets: ranges, inverted, nested and intersected sets are not known.</summary>
    private const string ClassMetaCharacters = @"[]^-&\";

    private readonly HashSet<Rune> _members = [];
    private bool _takesWhiteSpace;
    private int _minimum = 1;
    private bool _takesMore;

    private CodePointPattern()
    {
    }

    /// <returns>Null where the expression is of another form.</returns>
    public static CodePointPattern? Parse(string expression)
    {
        var pattern = new CodePointPattern();
        var at = 0;
        if (expression.StartsWith('['))
        {
            at = 1;
            do
            {
                if (!pattern.TakeMember(expression, ref at, ClassMetaCharacters)) return null;
            }
            while (at < expression.Length && expression[at] != ']');
            if (at++ >= expression.Length) return null;
        }
        else if (!pattern.TakeMember(expression, ref at, MetaCharacters))
        {
            return null;
        }

        return pattern.TakeQuantifier(expression.AsSpan(at)) ? pattern : null;
    }

    /// <returns>UTF-16 units that match at this place, 0 where none do.</returns>
    public int MatchLength(string text, int at)
    {
        var (count, end) = (0, at);
        while (end < text.Length && (_takesMore || count < _minimum))
        {
            var rune = Rune.GetRuneAt(text, end);
            if (!_members.Contains(rune) && !(_takesWhiteSpace && CodePoints.IsWhiteSpace(rune))) break;
            end += rune.Utf16SequenceLength;
            count++;
        }

        return count >= _minimum ? end - at : 0;
    }

    private bool TakeMember(string expression, ref int at, string metaCharacters)
    {
        if (at >= expression.Length || !Rune.TryGetRuneAt(expression, at, out var rune)) return false;
        var isEscaped = rune.Value == '\\';
        if (isEscaped && (++at >= expression.Length || !Rune.TryGetRuneAt(expression, at, out rune))) return false;
        at += rune.Utf16SequenceLength;
        if (isEscaped && rune.Value == 's') return _takesWhiteSpace = true;
        // After a backslash a letter or digit is a class or a control character.
        if (isEscaped ? Rune.IsLetterOrDigit(rune) : rune.IsAscii && metaCharacters.Contains((char)rune.Value)) return false;
        _members.Add(rune);
        return true;
    }

    private bool TakeQuantifier(ReadOnlySpan<char> quantifier)
    {
        (_minimum, _takesMore) = quantifier is ['{', >= '1' and <= '9' and var digit, ',', '}'] ? (digit - '0', true) : (1, quantifier is "+");
        return _takesMore || quantifier.IsEmpty;
    }
}
