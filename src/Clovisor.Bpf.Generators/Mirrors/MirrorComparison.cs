using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Btf.Layouts;
using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Reading;

namespace Clovisor.Bpf.Generators.Mirrors;

/// <summary>Holds structs against the C structs they are said to mirror, in every object of the project that has them.</summary>
internal static class MirrorComparison
{
    internal static IEnumerable<Finding> Compare(IEnumerable<MirrorModel> mirrors, EquatableArray<ObjectInput> objects)
    {
        // Objects that cannot be read are reported where skeletons are written.
        List<(ObjectInput Input, BtfTypeTable Types)> tables = [];
        foreach (ObjectInput input in objects)
        {
            if (input.ReadError is null && ObjectReader.ReadTypes(input, [.. input.Content], out _, out _) is { } types)
            {
                tables.Add((input, types));
            }
        }

        foreach (MirrorModel mirror in mirrors)
        {
            bool isFound = false;
            foreach ((ObjectInput input, BtfTypeTable types) in tables)
            {
                if (Find(types, mirror.CName!) is not { } c)
                {
                    continue;
                }

                isFound = true;
                var layout = new BpfStructLayout(
                    mirror.Name, mirror.Layout!.Size, [.. mirror.Layout.Fields.Select(static field => new BpfStructField(field.Name, field.Offset, field.Size))]);
                LayoutComparison comparison = LayoutComparison.Compare(c, layout);
                if (!comparison.IsEqual)
                {
                    yield return new Finding(Rules.LayoutMismatch, mirror.Place, mirror.Name, c.ToString(), input.FileName, string.Join("; ", comparison.Differences));
                }
            }

            if (!isFound && tables.Count > 0)
            {
                string known = string.Join(", ", tables.SelectMany(static table => table.Types.Structs).Select(static type => type.Name).Distinct().Take(20));
                yield return new Finding(Rules.NoSuchStruct, mirror.Place, mirror.Name, mirror.CName!, known.Length == 0 ? "" : $". They have: {known}");
            }
        }
    }

    private static BtfStruct? Find(BtfTypeTable types, string name) =>
        types.TryGetStruct(name, out BtfStruct? found) ? found : types.Find(name, BtfKind.Typedef)?.Unqualified as BtfStruct;
}
