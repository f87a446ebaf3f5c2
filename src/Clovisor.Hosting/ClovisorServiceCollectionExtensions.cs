using Clovisor.Hosting;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Clovisor to a host.</summary>
public static class ClovisorServiceCollectionExtensions
{
    /// <summary>
    /// Adds the configuration folder and the classifier of requests. Add the kernel datapath by <see cref="AddWan"/> and the API for proxies by
    /// <see cref="AddSessionApi"/>. Calling it again only adds to the options.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The builder that the parts are added to.</returns>
    public static IClovisorBuilder AddClovisor(this IServiceCollection services, Action<ClovisorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ClovisorOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClovisorOptions>, ClovisorOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClovisorOptions>, ClovisorOptionsRules>());
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<HealthBoard>();
        services.TryAddSingleton<RequestClassifier>();
        services.TryAddSingleton<WanRuntime>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClovisorService>());
        return new Builder(services);
    }

    /// <summary>Adds links, probes and the kernel datapath. The host then needs root, or CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW. Calling it again only adds to the options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddWan(this IClovisorBuilder builder, Action<WanOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<WanOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WanOptions>, WanOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WanOptions>, WanOptionsRules>());
        services.TryAddSingleton<WanPart>();
        return builder;
    }

    /// <summary>Adds the API that proxies report sessions to. Calling it again only adds to the options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddSessionApi(this IClovisorBuilder builder, Action<SessionApiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<SessionApiOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionApiOptions>, SessionApiOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionApiOptions>, SessionApiOptionsRules>());
        services.TryAddSingleton<SessionRegistry>();
        services.TryAddSingleton<RequestExplainer>();
        services.TryAddSingleton<CallerGate>();
        services.TryAddSingleton<SessionEndpoints>();
        services.TryAddSingleton<ClassEndpoint>();
        services.TryAddSingleton<StatusEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SessionApiServer>());
        return builder;
    }

    /// <summary>Adds a health check named <c>clovisor</c> that says what the parts say.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddHealthCheck(this IClovisorBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHealthChecks().AddCheck<ClovisorHealthCheck>("clovisor");
        return builder;
    }

    private sealed record Builder(IServiceCollection Services) : IClovisorBuilder;
}
