using System.Text;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Btf.Layouts;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Testing;
using Clovisor.Testing;

namespace Clovisor.Bpf.Generators.Tests.Walk;

/// <summary>The examples of docs/bpf.md. What stands between the marks is what the page shows; <see cref="WalkPageTests"/> compares them.</summary>
public sealed class WalkTests
{
    private readonly Printer _printed = new();

    [KernelFact]
    public void Load_and_run()
    {
        Printer Console = _printed;

        // example 1
        using WalkBpf walk = WalkBpf.Load();

        walk.Programs.Watch.TestRun(new byte[60], []);
        Console.WriteLine($"{walk.Bss.Seen} packet");

        // end: 1 packet
        Assert.Equal("1 packet\n", Console.ToString());
    }

    [KernelFact]
    public void Prepare_before_loading()
    {
        Printer Console = _printed;

        // example 2
        using WalkBpf.Opened opened = WalkBpf.Open();
        opened.Rodata.Shortest = 60;
        opened.Maps.ByLength.MaxEntries = 16;

        using WalkBpf walk = opened.Load();
        walk.Programs.Watch.TestRun(new byte[42], []);
        Console.WriteLine($"{walk.Bss.Seen} seen, {walk.Maps.ByLength.CountEntries()} counted");

        // end: 1 seen, 0 counted
        Assert.Equal("1 seen, 0 counted\n", Console.ToString());
    }

    [KernelFact]
    public void Use_a_map_like_a_dictionary()
    {
        Printer Console = _printed;
        using WalkBpf walk = WalkBpf.Load();

        // example 3
        BpfHashMap<uint, ulong> lengths = walk.Maps.ByLength;
        lengths[60] = 41;
        walk.Programs.Watch.TestRun(new byte[60], []);

        if (lengths.TryGetValue(60, out ulong count))
        {
            Console.WriteLine(count);
        }

        bool isNew = lengths.TryAdd(60, 1);
        bool wasThere = lengths.Remove(60);
        Console.WriteLine($"{isNew} {wasThere}");

        // end: 42, then False True
        Assert.Equal("42\nFalse True\n", Console.ToString());
    }

    [KernelFact]
    public void Many_entries_at_once()
    {
        Printer Console = _printed;
        using WalkBpf walk = WalkBpf.Load();
        BpfHashMap<uint, ulong> lengths = walk.Maps.ByLength;

        // example 4
        lengths.SetMany([60, 90, 1500], [1, 2, 3]);
        lengths.RemoveWhere((length, _) => length < 64);

        BpfMapSnapshot<uint, ulong> all = lengths.Snapshot();
        Console.WriteLine($"{all.Entries.Count} entries, complete: {all.IsComplete}");

        // end: 2 entries, complete: True
        Assert.Equal("2 entries, complete: True\n", Console.ToString());
    }

    [KernelFact]
    public void Values_of_each_cpu()
    {
        Printer Console = _printed;
        using WalkBpf walk = WalkBpf.Load();

        // example 5
        walk.Programs.Watch.TestRun(new byte[60], [], repeat: 10);
        Console.WriteLine(walk.Maps.Bytes.Sum(0));

        // end: 600
        Assert.Equal("600\n", Console.ToString());
    }

    [KernelFact]
    public async Task Records_as_they_come()
    {
        Printer Console = _printed;
        CancellationToken stopping = TestContext.Current.CancellationToken;
        using WalkBpf walk = WalkBpf.Load();
        walk.Programs.Watch.TestRun(new byte[60], []);

        // example 6
        await foreach (WalkBpf.Packet packet in walk.Maps.ReadPacketsAsync(stopping))
        {
            Console.WriteLine($"{packet.Length} bytes");
            break;
        }

        // end: 60 bytes
        Assert.Equal("60 bytes\n", Console.ToString());
    }

    [KernelFact]
    public void Attach()
    {
        using var space = new NetworkNamespace("walk");
        Printer Console = _printed;
        using WalkBpf walk = WalkBpf.Load();
        space.Run(() =>
        {
            // example 7
            using TcAttachment attachment = TcAttachment.Attach(walk.Programs.Watch, interfaceIndex: 1, TcDirection.Ingress);
            Console.WriteLine(attachment.Kind);

            // end: Tcx, or Clsact before Linux 6.6
            Assert.Contains(Console.ToString(), (string[])["Tcx\n", "Clsact\n"]);
        });
    }

    [KernelFact]
    public void Errors_say_what_to_do()
    {
        Printer Console = _printed;
        byte[] refused = BpfCompiler.Compile("SEC(\"tc\") int careless(struct __sk_buff *skb) { return *(int *)(long)skb->data; }");

        // example 8
        using BpfObjectFile file = BpfObjectFile.Open(refused, "careless.bpf.o");
        try
        {
            file.Load();
        }
        catch (BpfVerifierException e)
        {
            Console.WriteLine($"{e.Program}: {e.Summary}");
        }

        // end: careless: R1 offset is outside of the packet
        Assert.StartsWith("careless: R1 offset is outside of the packet", Console.ToString(), StringComparison.Ordinal);
    }

    [KernelFact]
    public void Types_as_compiled()
    {
        Printer Console = _printed;

        // example 9
        using WalkBpf.Opened opened = WalkBpf.Open();
        BtfStruct packet = opened.File.Btf.Struct("packet");
        Console.WriteLine(LayoutComparison.Compare(packet, new BpfStructLayout("Mine", 8, [new("Mark", 0, 4), new("Length", 4, 4)])));

        // end: both sides, with a mark at each difference
        Assert.Contains("!     0     4  __u32 length", Console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_kernel()
    {
        Printer Console = _printed;

        // example 10
        using var kernel = new FakeBpfKernel();
        using (kernel.Enter())
        {
            using WalkBpf walk = WalkBpf.Load();
            walk.Maps.ByLength[60] = 7;
            Console.WriteLine(walk.Maps.ByLength[60]);
        }

        // end: 7
        Assert.Equal("7\n", Console.ToString());
    }

    // Stands in for the console, under its name.
    private sealed class Printer
    {
        private readonly StringBuilder _text = new();

        internal void WriteLine(object value) => _text.Append(value).Append('\n');

        public override string ToString() => _text.ToString();
    }
}
