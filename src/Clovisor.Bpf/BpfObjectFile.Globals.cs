using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf;

// Global variables before loading.
public sealed partial class BpfObjectFile
{
    private static readonly string[] GlobalSections = [".rodata", ".data", ".bss"];

    /// <summary>The global variables, static ones included. Read when first asked for.</summary>
    public IReadOnlyList<BpfGlobalDefinition> Globals => _globals.Value;

    /// <summary>Finds a global variable.</summary>
    /// <param name="name">The name in the C program.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfGlobalDefinition Global(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _globals.Value.Find(global => global.Name == name) ?? throw GlobalLayout.Missing(Name, name, _globals.Value);
    }

    /// <summary>The value a global variable starts with.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">The name in the C program.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    public T GetGlobal<T>(string name)
        where T : unmanaged => Global(name).Get<T>();

    /// <summary>Sets the value a global variable starts with, in all later loads. The verifier sees the value of a <c>const volatile</c>
    /// one and drops the branches it makes dead.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">The name in the C program.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    public void SetGlobal<T>(string name, T value)
        where T : unmanaged => Global(name).Set(in value);

    /// <summary>A whole section of global variables as one struct. What is written through the reference holds for all later loads.</summary>
    /// <typeparam name="T">A struct of the section's layout, at most as large as the section.</typeparam>
    /// <param name="section">The section: <c>.rodata</c>, <c>.data</c>, <c>.bss</c> or one of the program's own.</param>
    /// <returns>A reference that stays valid as long as it is held.</returns>
    /// <exception cref="KeyNotFoundException">There is no such section; the message lists the maps there are.</exception>
    /// <exception cref="ArgumentException">The struct is larger than the section.</exception>
    public ref T GlobalSection<T>(string section)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ref GlobalLayout.As<T>(Map(section).InitialValue, section);
    }

    private List<BpfGlobalDefinition> ReadGlobals()
    {
        var globals = new List<BpfGlobalDefinition>();
        try
        {
            foreach (string prefix in GlobalSections)
            {
                foreach (ElfImage.Symbol symbol in _image.SymbolsIn(prefix))
                {
                    if (symbol.Name.Length > 0 && _maps.Find(map => map.Section == symbol.Section) is { } map
                        && symbol.Offset + symbol.Size <= map.ValueSize)
                    {
                        globals.Add(new BpfGlobalDefinition(symbol.Name, symbol.Section, symbol.Offset, symbol.Size, map));
                    }
                }
            }
        }
        catch (FormatException e)
        {
            throw new BpfException("read the globals of", Name, Errno.ENOEXEC, $"Its symbol table is damaged: {e.Message}.");
        }

        return globals;
    }
}
