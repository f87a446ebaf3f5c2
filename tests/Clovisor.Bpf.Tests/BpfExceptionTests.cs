using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Tests;

public sealed class BpfExceptionTests
{
    [Fact]
    public void A_message_says_what_was_tried_on_what_why_it_failed_and_what_to_do()
    {
        var exception = new BpfException("load program", "clv_wan_egress of wan.bpf.o", 13, "Run as root.");
        Assert.Equal("load program clv_wan_egress of wan.bpf.o: Permission denied (EACCES, 13). Run as root.", exception.Message);
        Assert.Equal(("load program", "clv_wan_egress of wan.bpf.o", 13, "EACCES", "Run as root."), (exception.Operation, exception.Target, exception.Errno, exception.ErrnoName, exception.Hint));
    }

    [Fact]
    public void Without_hint_or_number_nothing_is_made_up()
    {
        Assert.Equal("open x: Unknown error (errno, 999)", new BpfException("open", "x", 999).Message);
        Assert.Equal("open x. Because.", new BpfException("open", "x", 0, "Because.").Message);
    }

    [Theory]
    [InlineData(1, typeof(BpfPermissionException))]
    [InlineData(13, typeof(BpfPermissionException))]
    [InlineData(524, typeof(BpfNotSupportedException))]
    [InlineData(95, typeof(BpfNotSupportedException))]
    [InlineData(38, typeof(BpfNotSupportedException))]
    [InlineData(22, typeof(BpfException))]
    public void The_type_follows_the_number(int errno, Type type) =>
        Assert.IsType(type, BpfErrors.Create("try", "it", errno));
}
