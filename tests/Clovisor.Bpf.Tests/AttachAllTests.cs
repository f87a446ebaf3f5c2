using Clovisor.Bpf.Links;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class AttachAllTests
{
    [KernelFact]
    public void Programs_are_attached_to_what_their_sections_name_and_the_others_are_listed()
    {
        using BpfObject loaded = TestPrograms.Load($$"""
            {{HitCounter.Prelude}}
            SEC("raw_tp/sched_process_exec") int on_exec(void *ctx) { count(0, 1); return 0; }
            SEC("tc") int on_packet(struct __sk_buff *skb) { return 0; }
            """);
        using var hits = loaded.ArrayMap<ulong>("hits");
        using (BpfAttachmentSet set = loaded.AttachAll())
        {
            Assert.IsType<BpfLink>(Assert.Single(set.Attached, static pair => pair.Key == "on_exec").Value, exactMatch: false);
            Assert.Contains("Use AttachTc", Assert.Single(set.LeftAlone, static pair => pair.Key == "on_packet").Value, StringComparison.Ordinal);
            Command.Run("ls", "/");
            Assert.True(hits[0] > 0);
            set.Dispose();
        }

        ulong after = hits[0];
        Command.Run("ls", "/");
        Assert.Equal(after, hits[0]);
    }

    [KernelFact]
    public void When_one_is_refused_none_stays()
    {
        using BpfObject loaded = TestPrograms.Load($$"""
            {{HitCounter.Prelude}}
            SEC("raw_tp/sched_process_exec") int a_good(void *ctx) { count(0, 1); return 0; }
            SEC("raw_tp/no_such_point") int b_bad(void *ctx) { return 0; }
            """);
        using var hits = loaded.ArrayMap<ulong>("hits");

        Assert.Contains("no_such_point", Assert.ThrowsAny<BpfException>(loaded.AttachAll).Message, StringComparison.Ordinal);
        ulong before = hits[0];
        Command.Run("ls", "/");
        Assert.Equal(before, hits[0]);
    }
}
