using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators.Diagnostics;

/// <summary>Everything the generator can say. Each has a page under docs/diagnostics.</summary>
internal static class Rules
{
    private const string Category = "Clovisor.Bpf";

    internal static readonly DiagnosticDescriptor Unreadable = Error(
        "CLV0100", "The object file cannot be read", "{0} cannot be read: {1}");

    internal static readonly DiagnosticDescriptor NotBpf = Error(
        "CLV0101", "The file is not a BPF object", "{0} is not a BPF object: {1}");

    internal static readonly DiagnosticDescriptor NoTypes = Error(
        "CLV0102", "The object has no BTF", "{0} has no BTF, from which maps, globals and types are read: compile it with clang -g");

    internal static readonly DiagnosticDescriptor DamagedTypes = Error(
        "CLV0103", "The object's BTF is damaged", "The BTF of {0} is damaged: {1}");

    internal static readonly DiagnosticDescriptor SameClass = Error(
        "CLV0104", "Two objects give the same class", "{0} and {1} would both become the class {2}: give one of them another ClassName or Namespace");

    internal static readonly DiagnosticDescriptor BadMetadata = Error(
        "CLV0105", "Metadata of the object is wrong", "The {0} of {1} is '{2}', which is not {3}");

    internal static readonly DiagnosticDescriptor LeftOut = Info(
        "CLV0106", "Something of the object has no counterpart in C#", "{0} is left out of {1}: {2}");

    internal static readonly DiagnosticDescriptor NoSuchRing = Warning(
        "CLV0107", "A record type is declared for no ring buffer", "{0} declares the records of {1}, and {2} has no ring buffer or perf buffer of that name");

    internal static readonly DiagnosticDescriptor LayoutMismatch = Error(
        "CLV0108", "The struct is not laid out as in C", "{0} differs from {1} of {2}: {3}");

    internal static readonly DiagnosticDescriptor NotComparable = Error(
        "CLV0109", "The struct cannot be described", "{0} has [BpfStruct], and {1}");

    internal static readonly DiagnosticDescriptor NoSuchStruct = Warning(
        "CLV0110", "No object has the struct", "{0} is said to mirror {1}, and no object of the project has a struct, union or typedef of that name{2}");

    internal static readonly DiagnosticDescriptor Failed = Error(
        "CLV0199", "The generator failed", "The skeleton of {0} could not be written, which is a mistake of the generator; please report it: {1}");

    internal static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        Unreadable, NotBpf, NoTypes, DamagedTypes, SameClass, BadMetadata, LeftOut, NoSuchRing, LayoutMismatch, NotComparable, NoSuchStruct, Failed,
    ];

    internal static DiagnosticDescriptor Find(string id) => All.First(rule => rule.Id == id);

    private static DiagnosticDescriptor Error(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Info(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Make(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, Category, severity, isEnabledByDefault: true);
}
