using System.Globalization;
using System.Text.RegularExpressions;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>
/// The little language in which golden.json describes its pictures, so that no picture needs to be shipped:
/// statements such as <c>t = (x/16+y/16)&amp;1; r = t ? 230 : 20</c> over x, y, w and h, in whole numbers, / truncating.
/// Where the words div, mod, if or when occur, ^ is a power (<c>inside when d &lt; 14400; R = 250 if inside else 40</c>);
/// otherwise operators are C's and ^ is exclusive or. Names do not tell case; r, g and b are the result, modulo 256.
/// </summary>
internal sealed partial class PictureFormula
{
    private readonly List<(int[] Slots, Func<long[], long> Value)> _statements = [];
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase) { ["x"] = 0, ["y"] = 1, ["w"] = 2, ["h"] = 3 };
    private readonly bool _caretIsPower;
    private readonly string _text;
    private string[] _tokens = [];
    private int _position;

    /// <exception cref="FormatException">Not a formula.</exception>
    public PictureFormula(string text)
    {
        _text = text;
        _caretIsPower = PowerDialect().IsMatch(text);
        foreach (var statement in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _statements.Add(ParseStatement(statement));
        foreach (var channel in "rgb")
            if (!_slots.ContainsKey(channel.ToString())) throw Fault($"gives no {channel}");
    }

    public RgbImage Draw(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        var values = new long[_slots.Count];
        var (red, green, blue) = (_slots["r"], _slots["g"], _slots["b"]);
        (values[2], values[3]) = (width, height);
        var at = 0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                (values[0], values[1]) = (x, y);
                foreach (var (slots, value) in _statements)
                {
                    var result = value(values);
                    foreach (var slot in slots) values[slot] = result;
                }

                pixels[at++] = (byte)values[red];
                pixels[at++] = (byte)values[green];
                pixels[at++] = (byte)values[blue];
            }

        return new RgbImage(width, height, pixels);
    }

    private (int[] Slots, Func<long[], long> Value) ParseStatement(string statement)
    {
        _tokens = [.. Token().Matches(statement).Select(match => match.Value)];
        _position = 0;
        var targets = new List<int>();
        if (Array.IndexOf(_tokens, "when") is var when && when > 0)
        {
            targets.Add(Slot(_tokens[when - 1]));
            _position = when + 1;
        }
        else
        {
            for (var i = 1; i < _tokens.Length; i++)
            {
                if (_tokens[i] != "=") continue;
                targets.Add(Slot(_tokens[i - 1]));
                _position = i + 1;
            }
        }

        if (targets.Count == 0) throw Fault($"assigns nothing in '{statement}'");
        var value = ParseChoice();
        return _position == _tokens.Length ? ([.. targets], value) : throw Fault($"has an unexpected '{_tokens[_position]}'");
    }

    private Func<long[], long> ParseChoice()
    {
        var first = ParseBinary(0);
        if (Take("?"))
        {
            var whenTrue = ParseChoice();
            Expect(":");
            var whenFalse = ParseChoice();
            return values => first(values) != 0 ? whenTrue(values) : whenFalse(values);
        }

        if (!Take("if")) return first;
        var condition = ParseBinary(0);
        Expect("else");
        var otherwise = ParseChoice();
        return values => condition(values) != 0 ? first(values) : otherwise(values);
    }

    /// <summary>Weakest first, as in C.</summary>
    private static readonly string[][] s_levels =
        [["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%", "div", "mod"]];

    private Func<long[], long> ParseBinary(int level)
    {
        if (level == s_levels.Length) return ParsePower();
        var left = ParseBinary(level + 1);
        while (_position < _tokens.Length && s_levels[level].Contains(_tokens[_position]) && !(_caretIsPower && _tokens[_position] == "^"))
            left = Apply(_tokens[_position++], left, ParseBinary(level + 1));
        return left;
    }

    private Func<long[], long> ParsePower()
    {
        var value = ParseOperand();
        if (!_caretIsPower || !Take("^")) return value;
        if (_position >= _tokens.Length || !int.TryParse(_tokens[_position++], CultureInfo.InvariantCulture, out var exponent) || exponent is < 1 or > 8)
            throw Fault("has a power that is not a number from 1 to 8");
        return values =>
        {
            var number = value(values);
            var power = number;
            for (var i = 1; i < exponent; i++) power *= number;
            return power;
        };
    }

    private Func<long[], long> ParseOperand()
    {
        if (_position >= _tokens.Length) throw Fault("ends too early");
        if (Take("-"))
        {
            var value = ParseOperand();
            return values => -value(values);
        }

        if (Take("("))
        {
            var inner = ParseChoice();
            Expect(")");
            return inner;
        }

        var token = _tokens[_position++];
        if (long.TryParse(token, CultureInfo.InvariantCulture, out var number)) return _ => number;
        return _slots.TryGetValue(token, out var slot) ? values => values[slot] : throw Fault($"uses '{token}' before it is given");
    }

    private Func<long[], long> Apply(string sign, Func<long[], long> left, Func<long[], long> right) => sign switch
    {
        "+" => values => left(values) + right(values),
        "-" => values => left(values) - right(values),
        "*" => values => left(values) * right(values),
        "/" or "div" => values => left(values) / right(values),
        "%" or "mod" => values => left(values) % right(values),
        "&" => values => left(values) & right(values),
        "|" => values => left(values) | right(values),
        "^" => values => left(values) ^ right(values),
        "<<" => values => left(values) << (int)right(values),
        ">>" => values => left(values) >> (int)right(values),
        "<" => values => left(values) < right(values) ? 1 : 0,
        ">" => values => left(values) > right(values) ? 1 : 0,
        "<=" => values => left(values) <= right(values) ? 1 : 0,
        ">=" => values => left(values) >= right(values) ? 1 : 0,
        "==" => values => left(values) == right(values) ? 1 : 0,
        "!=" => values => left(values) != right(values) ? 1 : 0,
        _ => throw Fault($"has an unknown '{sign}'"),
    };

    private int Slot(string name)
    {
        if (!_slots.TryGetValue(name, out var slot)) _slots.Add(name, slot = _slots.Count);
        return slot;
    }

    private bool Take(string token)
    {
        if (_position >= _tokens.Length || _tokens[_position] != token) return false;
        _position++;
        return true;
    }

    private void Expect(string token)
    {
        if (!Take(token)) throw Fault($"lacks '{token}'");
    }

    private FormatException Fault(string reason) => new($"picture formula '{_text}' {reason}");

    [GeneratedRegex(@"\b(div|mod|if|when)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PowerDialect();

    [GeneratedRegex(@"[A-Za-z_]\w*|\d+|<<|>>|<=|>=|==|!=|\S", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
