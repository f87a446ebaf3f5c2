using System.Text;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Lab;

public sealed class LabProcessesTests
{
    [Theory]
    [InlineData("CLOVISOR_LAB=/run/x\0A=1\0", true)]
    [InlineData("A=1\0CLOVISOR_LAB=/run/x\0", true)]
    [InlineData("CLOVISOR_LAB=/run/xy\0", false)]
    [InlineData("OLD_CLOVISOR_LAB=/run/x\0", false)]
    [InlineData("", false)]
    public void A_process_is_ours_only_by_the_whole_entry(string environment, bool ours) =>
        Assert.Equal(ours, LabProcesses.Contains(Encoding.UTF8.GetBytes(environment), "CLOVISOR_LAB=/run/x"u8));
}
