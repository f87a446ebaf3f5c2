extern alias generators;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Clovisor.Fuzz;

/// <summary>The source generator on a damaged object: it reports what is wrong, and what it writes is C#.</summary>
internal static class GeneratorTarget
{
    // What the generator says when it has failed itself, and what the compiler says when it threw.
    private static readonly string[] Failures = ["CS8785", "CS8784"];

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"clovisor-fuzz-{Environment.ProcessId}");
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create("fuzz");

    internal static void Run(byte[] input)
    {
        Directory.CreateDirectory(Folder);
        string path = Path.Combine(Folder, "fuzz.bpf.o");
        File.WriteAllBytes(path, input);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new generators::Clovisor.Bpf.Generators.BpfSkeletonGenerator().AsSourceGenerator()], [new ObjectText(path)]);
        GeneratorDriverRunResult result = driver.RunGenerators(Empty).GetRunResult();
        foreach (Diagnostic diagnostic in result.Diagnostics)
        {
            if (Failures.Contains(diagnostic.Id) || diagnostic.GetMessage().Contains("Exception:", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(diagnostic.ToString());
            }
        }

        foreach (SyntaxTree tree in result.GeneratedTrees)
        {
            if (tree.GetDiagnostics().FirstOrDefault(static found => found.Severity == DiagnosticSeverity.Error) is { } error)
            {
                throw new InvalidOperationException($"What was generated is no C#: {error}");
            }
        }
    }

    internal static void RemoveFolder()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private sealed class ObjectText(string path) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => null;
    }
}
