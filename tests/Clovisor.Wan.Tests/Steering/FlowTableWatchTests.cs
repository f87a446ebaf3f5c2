using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Clovisor.Testing;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Steering;

namespace Clovisor.Wan.Tests.Steering;

public sealed class FlowTableWatchTests
{
    [Fact]
    public void A_flow_table_in_hardware_on_a_link_is_warned_of_and_no_other()
    {
        List<FlowTable> tables = Listed(
            Message("fw", "fast", flags: 1, "eth0", "wan0"),
            Message("fw", "soft", flags: 2, "wan0"),
            Message("lan", "fast", flags: 3, "lan0"));
        var watch = new FlowTableWatch(() => [.. tables]);

        Assert.True(watch.Look(["wan0", "wan1"], TimeSpan.Zero));

        string warning = Assert.Single(watch.Warnings);
        Assert.Contains("'fast' of nftables table 'fw'", warning, StringComparison.Ordinal);
        Assert.Contains("wan0", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_comes_or_goes_is_seen_at_the_next_look_and_announced_once()
    {
        List<FlowTable> tables = [];
        var watch = new FlowTableWatch(() => [.. tables]);
        Assert.False(watch.Look(["wan0"], TimeSpan.Zero));

        tables.Add(new FlowTable("fw", "fast", ["wan0"], InHardware: true));
        Assert.False(watch.Look(["wan0"], watch.NextLook - TimeSpan.FromMilliseconds(1)));
        Assert.Empty(watch.Warnings);
        Assert.True(watch.Look(["wan0"], watch.NextLook));
        Assert.False(watch.Look(["wan0"], watch.NextLook));
        Assert.Single(watch.Warnings);

        tables.Clear();
        Assert.False(watch.Look(["wan0"], watch.NextLook));
        Assert.Empty(watch.Warnings);
    }

    [Fact]
    public void An_answer_that_is_damaged_or_says_no_ends_the_list()
    {
        ImmutableArray<FlowTable>.Builder found = ImmutableArray.CreateBuilder<FlowTable>();
        byte[] whole = Message("fw", "fast", flags: 1, "wan0");
        for (int length = 0; length < whole.Length; length++)
        {
            FlowTableList.Take(whole.AsSpan(0, length), found);
        }

        Assert.Empty(found);
        byte[] error = new byte[20];
        BitConverter.TryWriteBytes(error, error.Length);
        BitConverter.TryWriteBytes(error.AsSpan(4), (ushort)2);
        Assert.False(FlowTableList.Take(error, found));
    }

    [KernelFact]
    public void The_kernel_lists_none_where_there_are_none()
    {
        using var site = new NetworkNamespace("flows");
        site.Exec("nft", "add", "table", "inet", "fw");

        Assert.Empty(site.Run(FlowTableList.Read));
    }

    private static List<FlowTable> Listed(params byte[][] messages)
    {
        ImmutableArray<FlowTable>.Builder found = ImmutableArray.CreateBuilder<FlowTable>();
        Assert.True(FlowTableList.Take([.. messages.SelectMany(static message => message)], found));
        return [.. found];
    }

    // As the kernel writes it (nf_tables_fill_flowtable_info).
    private static byte[] Message(string table, string name, uint flags, params string[] devices)
    {
        byte[] list = [.. devices.SelectMany(static device => Attribute(1, Text(device)))];
        byte[] hook = [.. Attribute(1, Number(0)), .. Attribute(2, Number(0)), .. Attribute(3 | 0x8000, list)];
        byte[] body =
        [
            1, 0, 0, 0,
            .. Attribute(1, Text(table)), .. Attribute(2, Text(name)), .. Attribute(4, Number(1)), .. Attribute(5, new byte[8]),
            .. Attribute(7, Number(flags)), .. Attribute(3 | 0x8000, hook),
        ];
        byte[] header = new byte[16];
        BitConverter.TryWriteBytes(header, header.Length + body.Length);
        BitConverter.TryWriteBytes(header.AsSpan(4), (ushort)((10 << 8) | 22));
        return [.. header, .. body];
    }

    private static byte[] Attribute(int type, byte[] value)
    {
        byte[] attribute = new byte[(4 + value.Length + 3) & ~3];
        BitConverter.TryWriteBytes(attribute, (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
