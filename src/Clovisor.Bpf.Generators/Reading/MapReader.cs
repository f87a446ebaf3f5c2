using System.Globalization;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Generators.Emission;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Naming;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>Reads the maps: structs of <c>.maps</c> whose members say type, key, value and sizes.</summary>
internal sealed class MapReader(TypeMapper types, IReadOnlyDictionary<string, BtfType> records)
{
    private readonly NameScope _names = new("MapSet", "Take");

    internal MapModel Read(BtfVariable variable)
    {
        BtfStruct? definition = variable.Type.Unqualified as BtfStruct;
        uint type = Number(definition, "type") ?? 0;
        string name = CSharpName.Pascal(variable.Name);
        string property = _names.Take(name);
        string kind = $"Map <c>{CodeWriter.Escape(variable.Name)}</c>";
        if (type is MapTypes.RingBuffer or MapTypes.PerfEventArray)
        {
            string? record = records.TryGetValue(variable.Name, out BtfType? declared) ? types.Map(declared, name + "Record") : null;
            string reader = type == MapTypes.RingBuffer ? "BpfRingBuffer" : "BpfPerfBuffer";
            return new MapModel(
                variable.Name, property, $"global::Clovisor.Bpf.RingBuffers.{reader}", MapAccess.Reader, record, record is null ? null : _names.Take($"Read{name}Async"),
                $"{kind}, {(type == MapTypes.RingBuffer ? "a ring buffer" : "a perf buffer")}{(record is null ? "" : $" of <see cref=\"{record}\"/>")}. One reader at a time.");
        }

        string? key = Part(definition, "key", name + "Key");
        string? value = Part(definition, "value", name + "Value");
        if (MapTypes.Find(type) is { } typed && (key is not null || !typed.Contains("{0}")) && (value is not null || !typed.Contains("{1}")))
        {
            string clr = string.Format(CultureInfo.InvariantCulture, typed, key, value);
            return new MapModel(variable.Name, property, $"global::Clovisor.Bpf.Maps.{clr}", MapAccess.Typed, null, null, $"{kind}.");
        }

        return new MapModel(variable.Name, property, "global::Clovisor.Bpf.Maps.BpfMap", MapAccess.Bytes, null, null, $"{kind}, as bytes.");
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

    internal static uint? Number(BtfStruct? definition, string member) =>
        Find(definition, member)?.Type.Unqualified is BtfPointer { Target: BtfArray array } ? (uint)array.Length : null;

    private static BtfMember? Find(BtfStruct? definition, string name) => definition?.Members.FirstOrDefault(member => member.Name == name);
}
