using Clovisor.Hosting;
using Clovisor.Hosting.AccessLog;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Configuration.Sources;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Kubernetes.Following;
using Clovisor.Hosting.Kubernetes.Status;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Startup;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The parts of Clovisor. Each is of use alone; calling one again only adds to its options.</summary>
public static class ClovisorBuilderExtensions
{
    /// <summary>Reads the configuration from a folder of YAML documents, and follows it.</summary>
    /// <remarks>A bad folder at the start stops the host with every error; a bad edit later changes nothing and turns health to degraded.</remarks>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddYamlFolder(this IClovisorBuilder builder) => builder.AddYamlFolder(static _ => { });

    /// <inheritdoc cref="AddYamlFolder(IClovisorBuilder)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The folder.</param>
    public static IClovisorBuilder AddYamlFolder(this IClovisorBuilder builder, string directory) => builder.AddYamlFolder(options => options.Directory = directory);

    /// <inheritdoc cref="AddYamlFolder(IClovisorBuilder)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    public static IClovisorBuilder AddYamlFolder(this IClovisorBuilder builder, Action<YamlFolderOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ClovisorBuilder parts = ClovisorBuilder.Of(builder)
            .AddOptions<YamlFolderOptions, YamlFolderOptionsRanges>(configure)
            .AddRules<YamlFolderOptions, YamlFolderOptionsRules>();
        parts.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IClovisorSource, YamlFolderPart>());
        return builder;
    }

    /// <summary>Reads the configuration from Kubernetes clusters and follows it: the mesh's objects of all, and the WAN objects of the first, whose status is written.</summary>
    /// <remarks>
    /// The host starts whether or not a cluster can be reached. Until a first configuration is known it is not ready; one that was stored by an earlier process counts. Faults
    /// of objects never stop the host: they are in the objects' status and in health. Together with <see cref="AddYamlFolder(IClovisorBuilder)"/>, whichever is added first is the more important.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddKubernetes(this IClovisorBuilder builder, Action<KubernetesOptions>? configure = null)
    {
        ClovisorBuilder parts = ClovisorBuilder.Of(builder)
            .AddOptions<KubernetesOptions, KubernetesOptionsRanges>(configure)
            .AddRules<KubernetesOptions, KubernetesOptionsRules>()
            .AddPart(KubernetesPart.Part)
            .AddPart(StatusWriter.Part);
        parts.Services.TryAddSingleton<KubernetesPart>();
        parts.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IClovisorSource, KubernetesPart>(static services => services.GetRequiredService<KubernetesPart>()));
        parts.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StatusWriter>());
        return builder;
    }

    /// <summary>Adds links, probes and the kernel datapath. The host then needs root, or CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_NET_RAW.</summary>
    /// <remarks>A datapath that cannot be started stops the host. One whose configuration comes after the start is tried again instead, and the other parts go on.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddWan(this IClovisorBuilder builder, Action<WanOptions>? configure = null)
    {
        ClovisorBuilder parts = ClovisorBuilder.Of(builder)
            .AddOptions<WanOptions, WanOptionsRanges>(configure)
            .AddRules<WanOptions, WanOptionsRules>()
            .AddLiveOptions<WanOptions>(WanPart.AtStart)
            .AddPart(WanPart.LinksPart)
            .AddPart(WanPart.DatapathPart);
        parts.Services.TryAddSingleton<WanPart>();
        return builder;
    }

    /// <summary>Adds the API that proxies report sessions to.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddSessionApi(this IClovisorBuilder builder, Action<SessionApiOptions>? configure = null)
    {
        ClovisorBuilder parts = ClovisorBuilder.Of(builder)
            .AddOptions<SessionApiOptions, SessionApiOptionsRanges>(configure)
            .AddRules<SessionApiOptions, SessionApiOptionsRules>()
            .AddLiveOptions<SessionApiOptions>(SessionApiOptions.AtStart)
            .AddPart(SessionApiServer.Part);
        parts.Services.TryAddSingleton<SessionRegistry>();
        parts.Services.TryAddSingleton<RequestExplainer>();
        parts.Services.TryAddSingleton<CallerGate>();
        parts.Services.TryAddSingleton<SessionEndpoints>();
        parts.Services.TryAddSingleton<StreamEndpoint>();
        parts.Services.TryAddSingleton<ClassEndpoint>();
        parts.Services.TryAddSingleton<StatusEndpoints>();
        parts.Services.TryAddSingleton<EventEndpoint>();
        parts.Services.TryAddSingleton<WarmUp>();
        parts.Services.TryAddSingleton<OpeningWatch>();
        parts.Services.TryAddSingleton<OpenEndpoint>();
        parts.Services.TryAddSingleton<AccessLogEndpoint>();
        parts.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SessionApiServer>());
        parts.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AccessLogServer>());
        return builder;
    }

    /// <summary>
    /// Tells systemd that the host has started, how it is, and, where the unit has a watchdog, that it works: <c>Type=notify</c>, <c>WatchdogSec=</c>. Without systemd it does nothing.
    /// </summary>
    /// <remarks>Started is not ready: a host whose cluster is away counts as started. A part that does not answer for a watchdog's time has systemd restart the host.</remarks>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddSystemd(this IClovisorBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SystemdNotifier>());
        return builder;
    }

    /// <summary>Adds a health check named <c>clovisor</c> that says what all parts say, and one for each part, named <c>clovisor-</c> and the part: add them after the parts.</summary>
    /// <remarks>
    /// The first has the tags <c>clovisor</c> and <c>ready</c>: it is unhealthy until a first configuration is in force. Those of the parts have the tag <c>clovisor</c>; a part
    /// that has said nothing yet is healthy.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder AddHealthChecks(this IClovisorBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHealthChecks();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HealthCheckServiceOptions>, HealthCheckParts>());
        return builder;
    }

    /// <summary>
    /// Sets the options of every part from a section, and again whenever it changes: <c>Proxy</c>, <c>ProxyNamespace</c>… of Clovisor itself, and the subsections
    /// <c>YamlFolder</c>, <c>Kubernetes</c>, <c>Wan</c> and <c>SessionApi</c>.
    /// </summary>
    /// <remarks>A change that is not valid leaves the former options in force, and health says so; one that takes effect at the start alone is named there too.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="section">The section, such as <c>Clovisor</c> of <c>appsettings.json</c>.</param>
    /// <returns>The same builder.</returns>
    public static IClovisorBuilder Bind(this IClovisorBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.Services.Configure<ClovisorOptions>(section);
        builder.Services.Configure<YamlFolderOptions>(section.GetSection("YamlFolder"));
        builder.Services.Configure<KubernetesOptions>(section.GetSection("Kubernetes"));
        builder.Services.Configure<WanOptions>(section.GetSection("Wan"));
        builder.Services.Configure<SessionApiOptions>(section.GetSection("SessionApi"));
        return builder;
    }
}
