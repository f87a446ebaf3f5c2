using System.Text.Json;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Tests.Demo;

public sealed class VerdictTests
{
    [Fact]
    public void The_verdict_has_the_form_that_readers_rely_on() =>
        Assert.Equal(
            """{"verdict":"fail","proxy":"yarp","mode":"tag","steps":[{"name":"a","promised":"b","measured":"c","pass":false}]}""",
            JsonSerializer.Serialize(new Verdict("fail", "yarp", "tag", [new StepResult("a", "b", "c", false)]), EdgeJson.Default.Verdict));
}
