using Clovisor.Bpf.Generators.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>The object files of a project, with what its build says about them.</summary>
internal static class ObjectInputs
{
    internal const string Suffix = ".bpf.o";

    internal static IncrementalValuesProvider<ObjectInput> From(IncrementalGeneratorInitializationContext context) => context.AdditionalTextsProvider
        .Where(static text => text.Path.EndsWith(Suffix, StringComparison.Ordinal))
        .Combine(context.AnalyzerConfigOptionsProvider)
        .Select(static (pair, _) => Describe(pair.Left, pair.Right))
        .WithTrackingName("Inputs");

    private static ObjectInput Describe(AdditionalText text, AnalyzerConfigOptionsProvider options)
    {
        AnalyzerConfigOptions own = options.GetOptions(text);
        (byte[] content, string? error) = Load(text.Path);
        return new ObjectInput(
            text.Path,
            new EquatableArray<byte>(content),
            error,
            Option(own, "build_metadata.AdditionalFiles.BpfNamespace") ?? Option(options.GlobalOptions, "build_property.RootNamespace"),
            Option(own, "build_metadata.AdditionalFiles.BpfClassName"),
            Option(own, "build_metadata.AdditionalFiles.BpfAccessibility") ?? "internal");
    }

    // An object is no text: asked for the text of a file with zeros in it, the compiler reports an error.
    private static (byte[] Content, string? Error) Load(string path)
    {
        try
        {
#pragma warning disable RS1035 // See above. The bytes are part of the input, so that what follows is done anew when, and only when, they change.
            return (File.ReadAllBytes(path), null);
#pragma warning restore RS1035
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return ([], e.Message);
        }
    }

    private static string? Option(AnalyzerConfigOptions options, string name) =>
        options.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
}
