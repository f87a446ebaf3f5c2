using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Emission;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Reading;
using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators;

/// <summary>Writes a typed skeleton for each additional file <c>x.bpf.o</c>: its maps, programs, global variables and types.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class BpfSkeletonGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ObjectInput> inputs = ObjectInputs.From(context);
        IncrementalValuesProvider<ObjectResult> results = inputs.Select(static (input, _) => Read(input)).WithTrackingName("Results");

        // Which of several objects of one class is the first is decided here, so that the others say so.
        IncrementalValueProvider<EquatableArray<ObjectResult>> all = results.Collect().Select(static (array, _) => array.ToEquatable());
        context.RegisterSourceOutput(results.Combine(all), static (output, pair) => Write(output, pair.Left, pair.Right));
    }

    private static ObjectResult Read(ObjectInput input)
    {
        if (input.ReadError is { } error)
        {
            return Failure(input, Rules.Unreadable, input.Path, error);
        }

        try
        {
            return ObjectReader.Read(input, [.. input.Content]);
        }
        catch (FormatException e)
        {
            // Symbols are read as they are asked for, and may be damaged where the tables were not.
            return Failure(input, Rules.NotBpf, input.FileName, e.Message);
        }
        catch (InvalidDataException e)
        {
            return Failure(input, Rules.DamagedTypes, input.FileName, e.Message);
        }
        catch (Exception e)
        {
            return Failure(input, Rules.Failed, input.FileName, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private static ObjectResult Failure(ObjectInput input, DiagnosticDescriptor rule, params string[] arguments) =>
        new(input, null, new EquatableArray<Finding>([new Finding(rule, FindingPlace.File(input.Path), arguments)]));

    private static void Write(SourceProductionContext output, ObjectResult result, EquatableArray<ObjectResult> all)
    {
        foreach (Finding finding in result.Findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }

        if (result.Skeleton is not { } skeleton)
        {
            return;
        }

        string fullName = FullName(skeleton);
        ObjectResult first = all.First(other => other.Skeleton is { } its && string.Equals(FullName(its), fullName, StringComparison.OrdinalIgnoreCase));
        if (first.Input != result.Input)
        {
            output.ReportDiagnostic(new Finding(Rules.SameClass, FindingPlace.File(result.Input.Path), result.Input.Path, first.Input.Path, fullName).ToDiagnostic());
            return;
        }

        output.AddSource($"{fullName}.g.cs", SkeletonWriter.Write(skeleton));
    }

    private static string FullName(SkeletonModel skeleton) =>
        skeleton.Namespace.Length == 0 ? skeleton.ClassName : $"{skeleton.Namespace}.{skeleton.ClassName}";
}
