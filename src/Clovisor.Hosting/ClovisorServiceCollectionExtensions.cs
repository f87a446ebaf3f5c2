using Clovisor.Hosting;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Events;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Clovisor to a host.</summary>
public static class ClovisorServiceCollectionExtensions
{
    /// <summary>
    /// Adds the classifier of requests. Say where the configuration comes from by <see cref="ClovisorBuilderExtensions.AddYamlFolder(IClovisorBuilder)"/> or <see cref="ClovisorBuilderExtensions.AddKubernetes"/>; add the kernel datapath by
    /// <see cref="ClovisorBuilderExtensions.AddWan"/> and the API for proxies by <see cref="ClovisorBuilderExtensions.AddSessionApi"/>. Calling it again only adds to the options.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The builder that the parts are added to.</returns>
    public static IClovisorBuilder AddClovisor(this IServiceCollection services, Action<ClovisorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<HealthBoard>();
        services.TryAddSingleton<OptionsHealth>();
        services.TryAddSingleton<RequestClassifier>();
        services.TryAddSingleton<ServerNameClassifier>();
        services.TryAddSingleton<WanRuntime>();
        services.TryAddSingleton<EventHub>();
        services.AddMetrics();
        services.TryAddSingleton<ReportInstruments>();
        services.TryAddSingleton<HostInstruments>();
        services.TryAddSingleton<WanInstruments>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TelemetryService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ConfigurationService>());
        return new ClovisorBuilder(services)
            .AddOptions<ClovisorOptions, ClovisorOptionsRanges>(configure)
            .AddLiveOptions<ClovisorOptions>(static _ => [])
            .AddPart(ConfigurationService.ConfigurationPart)
            .AddPart(ConfigurationService.AssociationsPart)
            .AddPart(OptionsHealth.Part);
    }
}
