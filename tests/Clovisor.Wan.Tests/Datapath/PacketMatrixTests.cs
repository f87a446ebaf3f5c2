using Clovisor.Testing;
using Clovisor.Wan.Model.Matrix;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What <c>tests/packet-matrix.sh</c> prints.</summary>
public sealed class PacketMatrixTests
{
    [KernelFact]
    public void Every_packet_in_every_shape_is_translated_or_handed_on_with_right_checksums()
    {
        using var site = new MatrixSite();
        var matrix = new PacketMatrix(site);

        matrix.Run();

        Assert.True(matrix.Cells.Count > 200);
        Assert.DoesNotContain(matrix.Cells, static cell => cell.Fault is not null);
    }
}
