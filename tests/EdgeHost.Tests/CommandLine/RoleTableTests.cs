using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Tests.CommandLine;

public sealed class RoleTableTests
{
    [Fact]
    public async Task Bad_input_and_failure_have_exit_codes_of_their_own()
    {
        Role[] roles =
        [
            new("good", "", [], (_, _) => Task.FromResult(0)),
            new("usage", "", [], (_, _) => throw EdgeHostException.Usage("usage", "why", "what to do")),
            new("broken", "", [], (_, _) => throw new EdgeHostException("tried", "why", "what to do")),
        ];

        Assert.Equal(0, await RoleTable.RunAsync(["good"], roles));
        Assert.Equal(RoleTable.BadInput, await RoleTable.RunAsync(["usage"], roles));
        Assert.Equal(RoleTable.Failed, await RoleTable.RunAsync(["broken"], roles));
        Assert.Equal(RoleTable.BadInput, await RoleTable.RunAsync(["unknown"], roles));
        Assert.Equal(RoleTable.BadInput, await RoleTable.RunAsync([], roles));
        Assert.Equal(0, await RoleTable.RunAsync(["--help"], roles));
    }
}
