namespace Clovisor.Bpf.Generators.Naming;

/// <summary>The names of one type: none is given twice.</summary>
internal sealed class NameScope
{
    private static readonly string[] OfEveryObject =
        ["Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"];

    private readonly HashSet<string> _taken;

    internal NameScope(params string[] reserved) => _taken = new HashSet<string>(OfEveryObject.Concat(reserved), StringComparer.Ordinal);

    /// <summary>The wanted name, or the first one with a number that is free.</summary>
    internal string Take(string wanted)
    {
        string name = wanted;
        for (int number = 2; !_taken.Add(name); number++)
        {
            name = $"{wanted}{(char.IsDigit(wanted[wanted.Length - 1]) ? "_" : "")}{number}";
        }

        return CSharpName.Escape(name);
    }
}
