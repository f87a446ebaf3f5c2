using System.Diagnostics.CodeAnalysis;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting;

/// <summary>What parts are made of: options with their validators, and a name on the health board.</summary>
internal sealed record ClovisorBuilder(IServiceCollection Services) : IClovisorBuilder
{
    internal static ClovisorBuilder Of(IClovisorBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder as ClovisorBuilder ?? new ClovisorBuilder(builder.Services);
    }

    internal ClovisorBuilder AddOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRanges>(Action<TOptions>? configure)
        where TOptions : class
        where TRanges : class, IValidateOptions<TOptions>
    {
        OptionsBuilder<TOptions> options = Services.AddOptions<TOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return AddRules<TOptions, TRanges>();
    }

    internal ClovisorBuilder AddRules<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRules>()
        where TOptions : class
        where TRules : class, IValidateOptions<TOptions>
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TRules>());
        return this;
    }

    internal ClovisorBuilder AddLiveOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(Func<TOptions, IEnumerable<KeyValuePair<string, object?>>> atStart)
        where TOptions : class
    {
        Services.TryAddSingleton(services => new LiveOptions<TOptions>(services.GetRequiredService<IOptionsMonitor<TOptions>>(), services.GetRequiredService<OptionsHealth>(), atStart));
        return this;
    }

    internal ClovisorBuilder AddPart(string name)
    {
        if (!Services.Any(service => service.ImplementationInstance is HealthPartName { Name: var known } && known == name))
        {
            Services.AddSingleton(new HealthPartName(name));
        }

        return this;
    }
}
