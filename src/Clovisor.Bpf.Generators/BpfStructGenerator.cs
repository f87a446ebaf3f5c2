using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Mirrors;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Reading;
using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators;

/// <summary>Lets partial structs with <c>[BpfStruct]</c> describe their layout, and compares those that name a C struct with the objects of the project.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class BpfStructGenerator : IIncrementalGenerator
{
    private const string Attribute = "Clovisor.Bpf.Btf.Layouts.BpfStructAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<MirrorModel> mirrors = context.SyntaxProvider
            .ForAttributeWithMetadataName(Attribute, static (_, _) => true, static (match, _) => MirrorReader.Read(match))
            .WithTrackingName("Mirrors");
        IncrementalValueProvider<EquatableArray<ObjectInput>> objects = ObjectInputs.From(context).Collect().Select(static (inputs, _) => inputs.ToEquatable());
        context.RegisterSourceOutput(mirrors, Write);
        context.RegisterSourceOutput(mirrors.Where(static mirror => mirror.CName is not null && mirror.Layout is not null).Collect().Combine(objects), Compare);
    }

    private static void Write(SourceProductionContext output, MirrorModel mirror)
    {
        foreach (Finding finding in mirror.Findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }

        if (mirror.Findings.Count == 0)
        {
            output.AddSource($"{mirror.FullName}.Layout.g.cs", MirrorWriter.Write(mirror));
        }
    }

    private static void Compare(SourceProductionContext output, (System.Collections.Immutable.ImmutableArray<MirrorModel> Mirrors, EquatableArray<ObjectInput> Objects) pair)
    {
        foreach (Finding finding in MirrorComparison.Compare(pair.Mirrors, pair.Objects))
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }
    }
}
