using System.Runtime.CompilerServices;
using Clovisor.KubernetesLab;
using Xunit;

namespace Clovisor.Testing.Kubernetes;

/// <summary>A test that talks to a real Kubernetes API server. Skipped, with the reason, where there is none to start.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApiServerFactAttribute : FactAttribute
{
    public ApiServerFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = ApiServerPrograms.Missing;
}
