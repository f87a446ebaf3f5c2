using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Bpf;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Testing;
using Clovisor.Bpf.Verification;

namespace Clovisor.Fuzz;

/// <summary>Everything of the library that reads bytes which it did not make.</summary>
internal static class FuzzTargets
{
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("btf", 40, static () => Seeds.Btf, ReadBtf, static e => e is FormatException),
        new("object", 30, static () => Seeds.Objects, ReadObject, static _ => false),
        new("log", 15, static () => Seeds.Logs, ReadLog, static _ => false),
        new("code", 10, static () => Seeds.Instructions, ReadCode, static _ => false),
        new("message", 15, static () => SessionTarget.Messages, SessionTarget.ReadMessage, static _ => false),
        new("report", 15, static () => SessionTarget.Reports, SessionTarget.ReadReport, static e => e is System.Text.Json.JsonException),
        new("batch", 15, static () => SessionTarget.Batches, SessionTarget.ReadBatch, static _ => false),
        new("accesslog", 15, static () => AccessLogTarget.Messages, AccessLogTarget.Read, static e => e is Google.Protobuf.InvalidProtocolBufferException),
        new("generator", 5, static () => Seeds.Objects, GeneratorTarget.Run, static _ => false),
    ];

    internal static FuzzTarget Pick(Random random)
    {
        int at = random.Next(All.Sum(static target => target.Weight));
        foreach (FuzzTarget target in All)
        {
            at -= target.Weight;
            if (at < 0)
            {
                return target;
            }
        }

        return All[0];
    }

    // Once the blob is taken, nothing that is asked of it may fail.
    private static void ReadBtf(byte[] input)
    {
        BtfTypeTable table = BtfTypeTable.Parse(input);
        foreach (BtfType type in table.Types)
        {
            _ = (type.Kind, type.Name, type.Size, type.Unqualified, type.ToString(), ToC(type));
            if (type is BtfStruct record)
            {
                _ = (record.Members.Count, record.Padding().Count);
            }
        }

        _ = table.Structs.Count() + table.Enums.Count() + table.Typedefs.Count() + table.Functions.Count() + table.Variables.Count() + table.DataSections.Count();
        _ = table.TryGetStruct("pair", out _) | table.TryGetEnum("color", out _);
    }

    // Damaged BTF may say that a struct contains itself, for which C has no words.
    private static string? ToC(BtfType type)
    {
        try
        {
            return type.ToC();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // Read, described and loaded into a kernel that verifies nothing.
    private static void ReadObject(byte[] input)
    {
        using var kernel = new FakeBpfKernel();
        try
        {
            using IDisposable scope = kernel.Enter();
            using BpfObjectFile file = BpfObjectFile.Open(input, "fuzz.bpf.o");
            _ = file.Maps.Count + file.Programs.Count + file.Globals.Count + file.Btf.Count;
            file.Load().Dispose();
        }
        catch (BpfException) when (kernel.OpenDescriptors == 0)
        {
            // Refused, and nothing left behind.
        }

        if (kernel.OpenDescriptors != 0)
        {
            throw new InvalidOperationException($"{kernel.OpenDescriptors} descriptors were left open.");
        }
    }

    private static void ReadLog(byte[] input) => _ = BpfVerifierReport.Parse(Encoding.UTF8.GetString(input)).ToString();

    private static void ReadCode(byte[] input) => _ = BpfDisassembler.Disassemble(MemoryMarshal.Cast<byte, BpfInstruction>(input.AsSpan(0, Math.Min(input.Length, 8192) & ~7)));
}
