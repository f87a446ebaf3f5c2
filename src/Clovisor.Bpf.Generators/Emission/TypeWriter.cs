using System.Globalization;
using Clovisor.Bpf.Generators.Models;
using Microsoft.CodeAnalysis.CSharp;

namespace Clovisor.Bpf.Generators.Emission;

/// <summary>Writes structs, enums and arrays.</summary>
internal static class TypeWriter
{
    internal static void Write(CodeWriter code, TypeModel type)
    {
        code.Line();
        switch (type)
        {
            case StructModel layout:
                WriteStruct(code, layout);
                break;
            case EnumModel values:
                WriteEnum(code, values);
                break;
            case ArrayModel { IsText: true } text:
                WriteText(code, text);
                break;
            case ArrayModel array:
                code.Summary($"{array.Length} elements, in place: index it, or convert it to a span.")
                    .Line($"[global::System.Runtime.CompilerServices.InlineArray({array.Length})]")
                    .Open($"public struct {array.Name}<T> where T : unmanaged")
                    .Line("private T _first;")
                    .Close();
                break;
        }
    }

    private static void WriteStruct(CodeWriter code, StructModel layout)
    {
        code.Summary($"<c>{CodeWriter.Escape(layout.CName)}</c>, {layout.Size} bytes.");
        if (layout.LeftOut.Count > 0)
        {
            code.Line($"/// <remarks>Not here, for C# cannot hold it: <c>{string.Join("</c>, <c>", layout.LeftOut.Select(CodeWriter.Escape))}</c>.</remarks>");
        }

        string pack = layout.IsPacked ? ", Pack = 1" : "";
        code.Line($"[global::System.Runtime.InteropServices.StructLayout(global::System.Runtime.InteropServices.LayoutKind.Explicit, Size = {layout.Size}{pack})]")
            .Open($"public partial struct {layout.Name} : global::Clovisor.Bpf.Btf.Layouts.IBpfStruct");
        foreach (FieldModel field in layout.Fields)
        {
            if (field.Declaration is not null)
            {
                code.Summary($"<c>{CodeWriter.Escape(field.Declaration)}</c> at byte {field.Offset}.");
            }

            code.Line($"[global::System.Runtime.InteropServices.FieldOffset({field.Offset})] {(field.Declaration is null ? "private" : "public")} {field.Type} {field.Name};");
        }

        foreach (BitFieldModel bits in layout.BitFields)
        {
            WriteBitField(code, bits);
        }

        IEnumerable<string> fields = layout.Fields.Select(static field => $"new({Literal(field.CName)}, {field.Offset}, {field.Size})");
        code.Line($"readonly global::Clovisor.Bpf.Btf.Layouts.BpfStructLayout global::Clovisor.Bpf.Btf.Layouts.IBpfStruct.Layout => new({Literal(layout.Name)}, {layout.Size}, [{string.Join(", ", fields)}]);")
            .Close();
    }

    private static void WriteBitField(CodeWriter code, BitFieldModel bits)
    {
        ulong mask = bits.Width >= 64 ? ulong.MaxValue : (1UL << bits.Width) - 1;
        string ones = $"0x{mask.ToString("X", CultureInfo.InvariantCulture)}UL";
        string shifted = $"((ulong){bits.Storage} >> {bits.Shift} & {ones})";
        string read = (bits.Type, bits.IsSigned) switch
        {
            ("bool", _) => $"{shifted} != 0",
            (_, true) => $"unchecked(({bits.Type})((long)({shifted} << {64 - bits.Width}) >> {64 - bits.Width}))",
            _ => $"unchecked(({bits.Type}){shifted})",
        };
        string value = bits.Type == "bool" ? "(value ? 1UL : 0UL)" : "(ulong)value";
        code.Summary($"<c>{CodeWriter.Escape(bits.Declaration)}</c>: the bits from {bits.Shift} of {bits.Storage.TrimStart('_')}. What does not fit is cut off.")
            .Open($"public {bits.Type} {bits.Name}")
            .Line($"readonly get => {read};")
            .Line($"set => {bits.Storage} = unchecked(({bits.StorageType})((ulong){bits.Storage} & ~({ones} << {bits.Shift}) | ({value} & {ones}) << {bits.Shift}));")
            .Close();
    }

    private static void WriteEnum(CodeWriter code, EnumModel values)
    {
        code.Summary($"<c>{CodeWriter.Escape(values.CName)}</c>.").Open($"public enum {values.Name} : {values.Underlying}");
        foreach (EnumValueModel value in values.Values)
        {
            code.Summary($"<c>{CodeWriter.Escape(value.CName)}</c>.").Line($"{value.Name} = {value.Value},");
        }

        code.Close();
    }

    private static void WriteText(CodeWriter code, ArrayModel text)
    {
        code.Summary($"{text.Length} characters of C, as UTF-8 that ends at the first zero.")
            .Line($"[global::System.Runtime.CompilerServices.InlineArray({text.Length})]")
            .Open($"public struct {text.Name}")
            .Line("private byte _first;")
            .Line()
            .Summary("Copies a text; what is left is zero.")
            .Line($"/// <exception cref=\"global::System.ArgumentException\">In UTF-8 it has more than {text.Length} bytes.</exception>")
            .Line($"public {text.Name}(global::System.ReadOnlySpan<char> text) => global::System.Text.Encoding.UTF8.GetBytes(text, this);")
            .Line()
            .Summary("The text.")
            .Open("public override readonly string ToString()")
            .Line("global::System.ReadOnlySpan<byte> bytes = this;")
            .Line("int end = global::System.MemoryExtensions.IndexOf(bytes, (byte)0);")
            .Line("return global::System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);")
            .Close()
            .Close();
    }

    /// <summary>A string as C# writes it.</summary>
    internal static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
