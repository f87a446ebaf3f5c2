using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Clovisor.Bpf.Generators.Naming;

/// <summary>Names of C in the manner of C#: <c>src_port</c> becomes <c>SrcPort</c>, <c>SLOT_FIRST</c> <c>SlotFirst</c>.</summary>
internal static class CSharpName
{
    internal static string Pascal(string name)
    {
        bool isUpper = !name.Any(char.IsLower);
        var text = new StringBuilder(name.Length);
        bool starts = true;
        foreach (char letter in name)
        {
            if (letter > 127 || !char.IsLetterOrDigit(letter))
            {
                starts = true;
                continue;
            }

            // Two numbers that an underscore parts stay parted.
            if (starts && text.Length > 0 && char.IsDigit(letter) && char.IsDigit(text[text.Length - 1]))
            {
                text.Append('_');
            }

            text.Append(starts ? char.ToUpperInvariant(letter) : isUpper ? char.ToLowerInvariant(letter) : letter);
            starts = false;
        }

        if (text.Length == 0 || char.IsDigit(text[0]))
        {
            text.Insert(0, '_');
        }

        return text.ToString();
    }

    /// <summary>A name as it must be written: with <c>@</c> when it is a word of the language.</summary>
    internal static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    internal static bool IsIdentifier(string name) => SyntaxFacts.IsValidIdentifier(name) && SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None;

    internal static bool IsNamespace(string name) => name.Split('.').All(IsIdentifier);
}
