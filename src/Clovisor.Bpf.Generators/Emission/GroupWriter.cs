using Clovisor.Bpf.Generators.Models;

namespace Clovisor.Bpf.Generators.Emission;

/// <summary>Writes the groups of a skeleton: maps, programs, sections of global variables; as they are loaded and as they are opened.</summary>
internal static class GroupWriter
{
    private const string Bpf = "global::Clovisor.Bpf";

    internal static void WriteLoaded(CodeWriter code, SkeletonModel model)
    {
        WriteOwned(code, "MapSet", "The maps.", [.. model.Maps.Select(static map => new Owned(map.Type, map.Name, map.Summary, Take(map)))], () =>
        {
            foreach (MapModel map in model.Maps.Where(static map => map.ReadMethod is not null))
            {
                code.Line()
                    .Summary($"Reads the records of <see cref=\"{map.Name}\"/> as they come, until cancelled.")
                    .Line("/// <param name=\"cancellationToken\">Ends the reading.</param>")
                    .Line($"public global::System.Collections.Generic.IAsyncEnumerable<{map.Record}> {map.ReadMethod}(global::System.Threading.CancellationToken cancellationToken = default) => {map.Name}.ReadAllAsync<{map.Record}>(cancellationToken);");
            }
        });
        WriteOwned(code, "ProgramSet", "The programs.", [.. model.Programs.Select(static program => new Owned(
            $"{Bpf}.Programs.BpfProgram", program.Name, Summary(program), $"static loaded => loaded.Program({TypeWriter.Literal(program.CName)})"))]);
        foreach (SectionModel section in model.Sections)
        {
            Open(code, $"{section.Name}Section", $"The global variables in <c>{CodeWriter.Escape(section.CName)}</c>. A reference must not be used once the skeleton is disposed.", "BpfObject");
            foreach (GlobalModel global in section.Globals)
            {
                string name = TypeWriter.Literal(global.CName);
                string property = (section.IsConstant, global.IsSpan) switch
                {
                    (true, false) => $"public ref readonly {global.Type} {global.Name} => ref _source.Constant<{global.Type}>({name});",
                    (false, false) => $"public ref {global.Type} {global.Name} => ref _source.Global<{global.Type}>({name});",
                    (true, true) => $"public global::System.ReadOnlySpan<{global.Type}> {global.Name} => _source.ConstantArray<{global.Type}>({name});",
                    _ => $"public global::System.Span<{global.Type}> {global.Name} => _source.GlobalArray<{global.Type}>({name});",
                };
                code.Line().Summary($"<c>{CodeWriter.Escape(global.Declaration)}</c>.").Line(property);
            }

            code.Close();
        }
    }

    internal static void WriteOpened(CodeWriter code, SkeletonModel model)
    {
        Open(code, "MapSet", "The maps' definitions.", "BpfObjectFile");
        foreach (MapModel map in model.Maps)
        {
            code.Line().Summary(map.Summary).Line($"public {Bpf}.BpfMapDefinition {map.Name} => _source.Map({TypeWriter.Literal(map.CName)});");
        }

        code.Close();
        Open(code, "ProgramSet", "The programs' definitions.", "BpfObjectFile");
        foreach (ProgramModel program in model.Programs)
        {
            code.Line().Summary(Summary(program)).Line($"public {Bpf}.BpfProgramDefinition {program.Name} => _source.Program({TypeWriter.Literal(program.CName)});");
        }

        code.Close();
        foreach (SectionModel section in model.Sections)
        {
            Open(code, $"{section.Name}Section", $"What the global variables in <c>{CodeWriter.Escape(section.CName)}</c> start with.", "BpfObjectFile");
            foreach (GlobalModel global in section.Globals)
            {
                string name = TypeWriter.Literal(global.CName);
                code.Line().Summary($"<c>{CodeWriter.Escape(global.Declaration)}</c>.");
                if (global.IsSpan)
                {
                    code.Line($"public global::System.Span<{global.Type}> {global.Name} => global::System.Runtime.InteropServices.MemoryMarshal.Cast<byte, {global.Type}>(_source.Global({name}).Bytes);");
                }
                else
                {
                    code.Open($"public {global.Type} {global.Name}")
                        .Line($"get => _source.GetGlobal<{global.Type}>({name});")
                        .Line($"set => _source.SetGlobal<{global.Type}>({name}, value);")
                        .Close();
                }
            }

            code.Close();
        }
    }

    private static string Summary(ProgramModel program) =>
        $"Program <c>{CodeWriter.Escape(program.CName)}</c> in section <c>{CodeWriter.Escape(program.Section)}</c>.";

    private static string Take(MapModel map)
    {
        string name = TypeWriter.Literal(map.CName);
        return map.Access switch
        {
            MapAccess.Typed => $"static loaded => loaded.Map<{map.Type}>({name})",
            MapAccess.Reader => Guarded($"new {map.Type}(map)"),
            MapAccess.OpenedReader => Guarded($"{map.Type}.Open(map)"),
            _ => $"static loaded => loaded.Map({name})",
        };

        string Guarded(string make) =>
            $"static loaded => {{ {Bpf}.Maps.BpfMap map = loaded.Map({name}); try {{ return {make}; }} catch {{ map.Dispose(); throw; }} }}";
    }

    private static void Open(CodeWriter code, string name, string summary, string source) =>
        code.Line()
            .Summary(summary)
            .Open($"public sealed class {name}")
            .Line($"private readonly {Bpf}.{source} _source;")
            .Line()
            .Line($"internal {name}({Bpf}.{source} source) => _source = source;");

    // What is opened on demand and closed with the skeleton.
    private static void WriteOwned(CodeWriter code, string name, string summary, Owned[] items, Action? more = null)
    {
        code.Line()
            .Summary(summary)
            .Open($"public sealed class {name} : global::System.IDisposable")
            .Line("private readonly global::System.Threading.Lock _gate = new();")
            .Line($"private readonly {Bpf}.BpfObject _source;")
            .Line("private bool _isDisposed;");
        for (int i = 0; i < items.Length; i++)
        {
            code.Line($"private {items[i].Type}? _item{i};");
        }

        code.Line().Line($"internal {name}({Bpf}.BpfObject source) => _source = source;");
        for (int i = 0; i < items.Length; i++)
        {
            code.Line().Summary(items[i].Summary).Line($"public {items[i].Type} {items[i].Name} => Take(ref _item{i}, {items[i].Take});");
        }

        more?.Invoke();
        code.Line().Open("void global::System.IDisposable.Dispose()").Open("lock (_gate)").Line("_isDisposed = true;");
        for (int i = 0; i < items.Length; i++)
        {
            code.Line($"_item{i}?.Dispose();");
        }

        code.Close()
            .Close()
            .Line()
            .Open($"private T Take<T>(ref T? place, global::System.Func<{Bpf}.BpfObject, T> open) where T : class")
            .Open("lock (_gate)")
            .Line("global::System.ObjectDisposedException.ThrowIf(_isDisposed, this);")
            .Line("return place ??= open(_source);")
            .Close()
            .Close()
            .Close();
    }

    private sealed record Owned(string Type, string Name, string Summary, string Take);
}
