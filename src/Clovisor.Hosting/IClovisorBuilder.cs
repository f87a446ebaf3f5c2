using Microsoft.Extensions.DependencyInjection;

namespace Clovisor.Hosting;

/// <summary>What <c>AddClovisor</c> returns; the parts that can be added are extensions of it.</summary>
public interface IClovisorBuilder
{
    /// <summary>The services that the parts are added to.</summary>
    IServiceCollection Services { get; }
}
