using System.Net.Sockets;
using Clovisor.EdgeHost.Sidecar;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class TaggingClassifierTests
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork, 0, 1)]
    [InlineData(AddressFamily.InterNetworkV6, 41, 67)]
    public void A_tag_is_the_upper_six_bits_of_the_type_of_service(AddressFamily family, int level, int name)
    {
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        TaggingClassifier.Tag(socket, 46);

        Span<byte> value = stackalloc byte[4];
        socket.GetRawSocketOption(level, name, value);
        Assert.Equal(0xb8, BitConverter.ToInt32(value));
    }
}
