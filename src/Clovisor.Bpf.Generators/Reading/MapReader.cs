using System.Globalization;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Generators.Emission;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Naming;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>Reads the maps: structs of <c>.maps</c> whose members say type, key, value and sizes.</summary>
internal sealed class MapReader(TypeMapper types, IReadOnlyDictionary<string, BtfType> records)
{
    private const string Maps = "global::Clovisor.Bpf.Maps";
    private const string Readers = "global::Clovisor.Bpf.RingBuffers";

    private readonly NameScope _names = new("MapSet", "Take");

    internal MapModel Read(BtfVariable variable)
    {
        BtfStruct? definition = variable.Type.Unqualified as BtfStruct;
        uint type = Number(definition, "type") ?? 0;
        string name = CSharpName.Pascal(variable.Name);
        string property = _names.Take(name);
        string kind = $"Map <c>{CodeWriter.Escape(variable.Name)}</c>";
        switch (type)
        {
            case MapTypes.RingBuffer or MapTypes.PerfEventArray:
                string? record = records.TryGetValue(variable.Name, out BtfType? declared) ? types.Map(declared, name + "Record") : null;
                bool isRing = type == MapTypes.RingBuffer;
                return new MapModel(
                    variable.Name, property, $"{Readers}.{(isRing ? "BpfRingBuffer" : "BpfPerfBuffer")}", isRing ? MapAccess.Reader : MapAccess.OpenedReader,
                    record, record is null ? null : _names.Take($"Read{name}Async"),
                    $"{kind}, {(isRing ? "a ring buffer" : "a perf buffer")}{(record is null ? "" : $" of <see cref=\"{record}\"/>")}. One reader at a time.");
            case MapTypes.UserRingBuffer:
                return new MapModel(variable.Name, property, $"{Readers}.BpfUserRingBuffer", MapAccess.Reader, null, null, $"{kind}, a ring buffer to the program.");
        }

        return Typed(definition, type, name, 0) is { } typed
            ? new MapModel(variable.Name, property, typed, MapAccess.Typed, null, null, $"{kind}.")
            : new MapModel(variable.Name, property, $"{Maps}.BpfMap", MapAccess.Bytes, null, null, $"{kind}, as bytes.");
    }

    private string? Typed(BtfStruct? definition, uint type, string name, int depth)
    {
        // A map of maps holds maps that hold no maps: the kernel allows one level.
        if (depth > 1 || MapTypes.Find(type) is not { } form)
        {
            return null;
        }

        string? key = type == MapTypes.LpmTrie ? PrefixData(definition, name + "Key") : form.Contains("{0}") ? Part(definition, "key", name + "Key") : "";
        string? value = form.Contains("{1}") ? Part(definition, "value", name + "Value") : "";
        string? inner = form.Contains("{2}") ? Inner(definition, name + "Inner", depth) : "";
        return key is null || value is null || inner is null
            ? null
            : $"{Maps}.{string.Format(CultureInfo.InvariantCulture, form, key, value, inner)}";
    }

    // __type(key, T) is a member that points to T; __uint(key_size, 4) one that points to an array of 4.
    private string? Part(BtfStruct? definition, string part, string hint)
    {
        if (Find(definition, part)?.Type.Unqualified is BtfPointer { Target: var target })
        {
            return target is BtfVoid ? null : types.Map(target, hint);
        }

        return Number(definition, part + "_size") is { } size ? TypeMapper.Unsigned((int)Math.Min(size, int.MaxValue)) : null;
    }

    // The key of a trie is the length of the prefix and, right behind it, what it is a prefix of.
    private string? PrefixData(BtfStruct? definition, string hint) =>
        Find(definition, "key")?.Type.Unqualified is BtfPointer { Target: var target } && target.Unqualified is BtfStruct { IsUnion: false, Members.Count: 2 } key
        && key.Members[0] is { Size: 4, BitSize: 0, BitOffset: 0 } && key.Members[1] is { BitSize: 0, BitOffset: 32 } data && data.Size == key.Size - 4
            ? types.Map(data.Type, hint)
            : null;

    // __array(values, struct inner) is an array of pointers to the inner map's definition.
    private string? Inner(BtfStruct? definition, string hint, int depth) =>
        Find(definition, "values")?.Type.Unqualified is BtfArray { Element: BtfPointer { Target: var target } } && target.Unqualified is BtfStruct inner
            ? Typed(inner, Number(inner, "type") ?? 0, hint, depth + 1)
            : null;

    private static uint? Number(BtfStruct? definition, string member) =>
        Find(definition, member)?.Type.Unqualified is BtfPointer { Target: BtfArray array } ? (uint)array.Length : null;

    private static BtfMember? Find(BtfStruct? definition, string name) => definition?.Members.FirstOrDefault(member => member.Name == name);
}
