using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Naming;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>Reads an object file into the model of its skeleton.</summary>
internal sealed class ObjectReader
{
    internal const string ExportSection = ".clovisor";
    internal const string RecordPrefix = "__clovisor_record_";
    private const string TextSection = ".text";

    private readonly ObjectInput _input;
    private readonly FindingPlace _place;
    private readonly List<Finding> _findings = [];

    private ObjectReader(ObjectInput input)
    {
        _input = input;
        _place = FindingPlace.File(input.Path);
    }

    internal static ObjectResult Read(ObjectInput input, byte[] bytes)
    {
        var reader = new ObjectReader(input);
        SkeletonModel? skeleton = reader.Read(bytes);
        return new ObjectResult(input, skeleton, reader._findings.ToEquatable());
    }

    /// <summary>The types of an object; null with a finding when it has none that can be read.</summary>
    internal static BtfTypeTable? ReadTypes(ObjectInput input, byte[] bytes, out ElfImage? image, out Finding? finding)
    {
        FindingPlace place = FindingPlace.File(input.Path);
        image = null;
        try
        {
            image = new ElfImage(bytes);
            if (image.Find(".BTF") is not { } range)
            {
                finding = new Finding(Rules.NoTypes, place, input.FileName);
                return null;
            }

            int start = range.Start.GetOffset(bytes.Length);
            int end = range.End.GetOffset(bytes.Length);
            try
            {
                finding = null;
                return BtfTypeTable.Parse(bytes.AsSpan(start, end - start));
            }
            catch (FormatException e)
            {
                finding = new Finding(Rules.DamagedTypes, place, input.FileName, e.Message);
                return null;
            }
        }
        catch (FormatException e)
        {
            finding = new Finding(Rules.NotBpf, place, input.FileName, e.Message);
            return null;
        }
    }

    private SkeletonModel? Read(byte[] bytes)
    {
        string className = _input.ClassName ?? CSharpName.Pascal(Stem(_input.FileName)) + "Bpf";
        if (!CheckMetadata(className))
        {
            return null;
        }

        if (ReadTypes(_input, bytes, out ElfImage? image, out Finding? finding) is not { } table)
        {
            _findings.Add(finding!);
            return null;
        }

        var scope = new NameScope(
            className, "Maps", "Programs", "MapSet", "ProgramSet", "Object", "ObjectName", "Open", "Opened", "Load", "Dispose");
        List<BtfDataSection> sections = [.. table.DataSections];
        var groups = sections.Where(IsGlobals).Select(section => (Section: section, Name: scope.Take(CSharpName.Pascal(section.Name)))).ToList();
        groups.ForEach(group => scope.Take(group.Name + "Section"));
        var types = new TypeMapper(scope, (what, where, why) => _findings.Add(new Finding(Rules.LeftOut, _place, what, where, why)));

        // Maps first: their keys and values get the plain names when names collide.
        Dictionary<string, BtfType> records = Records(sections);
        var maps = new MapReader(types, records);
        MapModel[] mapModels = [.. Variables(sections, ".maps").Select(maps.Read)];
        CheckRecords(records, mapModels);
        Export(sections, types);
        SectionModel[] globals = [.. groups.Select(group => ReadSection(group.Section, group.Name, types))];
        return new SkeletonModel(
            _input.Namespace ?? "",
            className,
            _input.Accessibility == "public",
            _input.FileName,
            mapModels.ToEquatable(),
            Programs(table, image!).ToEquatable(),
            globals.Where(static section => section.Globals.Count > 0).ToEquatable(),
            types.Types.ToEquatable());
    }

    private bool CheckMetadata(string className)
    {
        Check(CSharpName.IsIdentifier(className), "ClassName", className, "a name of C#");
        Check(string.IsNullOrEmpty(_input.Namespace) || CSharpName.IsNamespace(_input.Namespace!), "Namespace", _input.Namespace ?? "", "a namespace of C#");
        Check(_input.Accessibility is "public" or "internal", "Accessibility", _input.Accessibility, "'public' or 'internal'");
        return _findings.Count == 0;

        void Check(bool isRight, string what, string value, string wanted)
        {
            if (!isRight)
            {
                _findings.Add(new Finding(Rules.BadMetadata, _place, what, _input.FileName, value, wanted));
            }
        }
    }

    private static string Stem(string fileName) => fileName.Substring(0, fileName.Length - ObjectInputs.Suffix.Length);

    private static bool IsGlobals(BtfDataSection section) =>
        section.Name is ".rodata" or ".data" or ".bss" || section.Name.StartsWith(".rodata.", StringComparison.Ordinal)
        || section.Name.StartsWith(".data.", StringComparison.Ordinal) || section.Name.StartsWith(".bss.", StringComparison.Ordinal);

    private static IEnumerable<BtfVariable> Variables(IEnumerable<BtfDataSection> sections, string name) =>
        sections.Where(section => section.Name == name).SelectMany(static section => section.Variables).Select(static place => place.Variable).OfType<BtfVariable>();

    // A pointer in the section names a type that nothing else puts into BTF, and for which ring its records are.
    private static Dictionary<string, BtfType> Records(IEnumerable<BtfDataSection> sections)
    {
        var records = new Dictionary<string, BtfType>(StringComparer.Ordinal);
        foreach (BtfVariable variable in Variables(sections, ExportSection))
        {
            if (variable.Name.StartsWith(RecordPrefix, StringComparison.Ordinal) && variable.Type.Unqualified is BtfPointer pointer)
            {
                records[variable.Name.Substring(RecordPrefix.Length)] = pointer.Target;
            }
        }

        return records;
    }

    private void CheckRecords(Dictionary<string, BtfType> records, MapModel[] maps)
    {
        foreach (string ring in records.Keys.Where(ring => !maps.Any(map => map.CName == ring && map.Access is MapAccess.Reader or MapAccess.OpenedReader)))
        {
            _findings.Add(new Finding(Rules.NoSuchRing, _place, RecordPrefix + ring, ring, _input.FileName));
        }
    }

    private static void Export(IEnumerable<BtfDataSection> sections, TypeMapper types)
    {
        foreach (BtfVariable variable in Variables(sections, ExportSection))
        {
            types.Map(variable.Type.Unqualified is BtfPointer pointer ? pointer.Target : variable.Type, CSharpName.Pascal(variable.Name));
        }
    }

    private SectionModel ReadSection(BtfDataSection section, string name, TypeMapper types)
    {
        var names = new NameScope(name + "Section");
        var globals = new List<GlobalModel>();
        foreach (BtfVariable variable in section.Variables.Select(static place => place.Variable).OfType<BtfVariable>())
        {
            if (variable.Linkage != BtfLinkage.Global)
            {
                continue;
            }

            string declaration = CDeclarator.Declare(variable.Type, variable.Name);
            string wanted = CSharpName.Pascal(variable.Name);
            if (types.Map(variable.Type, wanted + "Value") is { } type)
            {
                globals.Add(new GlobalModel(variable.Name, names.Take(wanted), type, false, declaration));
            }
            else if (variable.Type.Unqualified is BtfArray { Size: > 0 } array && types.Map(array.Element, wanted + "Value") is { } element)
            {
                globals.Add(new GlobalModel(variable.Name, names.Take(wanted), element, true, declaration));
            }
            else
            {
                _findings.Add(new Finding(Rules.LeftOut, _place, $"'{declaration}'", name, "C# has no type for it"));
            }
        }

        return new SectionModel(section.Name, name, section.Name.StartsWith(".rodata", StringComparison.Ordinal), globals.ToEquatable());
    }

    // Global functions in a section of their own; those in .text are called by others.
    private static IEnumerable<ProgramModel> Programs(BtfTypeTable table, ElfImage image)
    {
        var homes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ElfImage.Symbol symbol in image.SymbolsIn(""))
        {
            homes[symbol.Name] = symbol.Section;
        }

        var names = new NameScope("ProgramSet");
        foreach (BtfFunction function in table.Functions)
        {
            if (function.Linkage == BtfLinkage.Global && homes.TryGetValue(function.Name, out string? section) && section != TextSection)
            {
                yield return new ProgramModel(function.Name, names.Take(CSharpName.Pascal(function.Name)), section);
            }
        }
    }
}
