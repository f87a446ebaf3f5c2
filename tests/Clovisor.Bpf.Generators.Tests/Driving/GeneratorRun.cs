extern alias generators;

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Clovisor.Bpf.Generators.Tests.Driving;

/// <summary>Runs both generators over a project in memory, whose objects are files of a folder that goes with it.</summary>
internal sealed class GeneratorRun : IDisposable
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "Clovisor.Bpf.dll" or "mscorlib.dll" or "netstandard.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("clovisor-generator").FullName;
    private readonly List<ObjectText> _objects = [];
    private readonly Dictionary<string, Dictionary<string, string>> _metadata = [];
    private GeneratorDriver _driver;
    private Compilation _compilation;

    internal GeneratorRun(string source = "")
    {
        CSharpParseOptions language = new(LanguageVersion.Preview);
        _compilation = CSharpCompilation.Create(
            "project", [CSharpSyntaxTree.ParseText(source, language, "Source.cs")], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        _driver = CSharpGeneratorDriver.Create(
            [new generators::Clovisor.Bpf.Generators.BpfSkeletonGenerator().AsSourceGenerator(), new generators::Clovisor.Bpf.Generators.BpfStructGenerator().AsSourceGenerator()],
            parseOptions: language,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    internal ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    internal GeneratorDriverRunResult Result => _driver.GetRunResult();

    /// <summary>All that was written, one file after the other.</summary>
    internal string Text => string.Join("\n", Result.GeneratedTrees);

    /// <summary>Errors and warnings of the project with what was written.</summary>
    internal IEnumerable<Diagnostic> Mistakes => _compilation.GetDiagnostics().Where(static finding => finding.Severity >= DiagnosticSeverity.Warning);

    internal GeneratorRun Object(string name, byte[]? content, params (string Name, string Value)[] metadata)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (content is not null)
        {
            File.WriteAllBytes(path, content);
        }

        _metadata[path] = metadata.ToDictionary(static pair => $"build_metadata.AdditionalFiles.{pair.Name}", static pair => pair.Value);
        _objects.RemoveAll(text => text.Path == path);
        _objects.Add(new ObjectText(path));
        return this;
    }

    internal GeneratorRun Run()
    {
        _driver = _driver.ReplaceAdditionalTexts([.. _objects]).WithUpdatedAnalyzerConfigOptions(new Options(_metadata));
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation updated, out ImmutableArray<Diagnostic> diagnostics);
        Diagnostics = diagnostics;
        _compilation = updated;
        return this;
    }

    /// <summary>Runs again over the same sources, as after a key press.</summary>
    internal GeneratorRun RunAgain()
    {
        _compilation = _compilation.RemoveSyntaxTrees(Result.GeneratedTrees);
        return Run();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Fails when its text is asked for, as the compiler does for a file with zeros in it.
    private sealed class ObjectText(string path) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => throw new InvalidDataException($"{Path} is a binary file.");
    }

    private sealed class Options(Dictionary<string, Dictionary<string, string>> metadata) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(new() { ["build_property.RootNamespace"] = "Project" });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(metadata.GetValueOrDefault(textFile.Path, []));
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
