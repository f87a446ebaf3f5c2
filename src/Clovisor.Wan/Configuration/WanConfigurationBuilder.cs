using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration;

/// <summary>Builds a configuration in C#, step by step, and checks it by the same rules as a YAML one.</summary>
/// <remarks>
/// Nothing throws on the way: what cannot be read, such as a mesh route without slashes, is listed by <see cref="Build"/> with everything
/// else that is wrong. For one thread; may go on after <see cref="Build"/>.
/// </remarks>
/// <example>
/// <code>
/// WanConfiguration configuration = new WanConfigurationBuilder()
///     .AddLink("fibre", "eth1", link => link with { Transport = LinkTransport.Private })
///     .AddLink("lte", "wwan0", link => link with { Role = LinkRole.Backup, Billing = LinkBilling.Usage })
///     .AddSlaClass("voice", sla => sla with { Loss = new SlaLimit&lt;double&gt;(0.04, 0.02) })
///     .AddAssociation("calls", calls => calls
///         .MatchMeshRoute("default/phone/calls").MatchFlow(flow => flow with { Ports = [new PortRange(5060, 5061)] })
///         .UseTier("fibre").UseTier("lte").Require("voice"))
///     .BuildOrThrow();
/// </code>
/// </example>
public sealed class WanConfigurationBuilder
{
    private readonly ImmutableArray<WanLink>.Builder _links = ImmutableArray.CreateBuilder<WanLink>();
    private readonly ImmutableArray<SlaClass>.Builder _classes = ImmutableArray.CreateBuilder<SlaClass>();
    private readonly List<AssociationBuilder> _associations = [];

    /// <summary>Adds a link.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Its network device.</param>
    /// <param name="change">Sets what differs from the defaults; null for nothing.</param>
    public WanConfigurationBuilder AddLink(string name, string device, Func<WanLink, WanLink>? change = null)
    {
        var link = new WanLink { Name = name, Device = device };
        _links.Add(change is null ? link : change(link));
        return this;
    }

    /// <summary>Adds an SLA class.</summary>
    public WanConfigurationBuilder AddSlaClass(string name, Func<SlaClass, SlaClass> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _classes.Add(change(new SlaClass { Name = name }));
        return this;
    }

    /// <summary>Adds an association.</summary>
    public WanConfigurationBuilder AddAssociation(string name, Action<AssociationBuilder> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        var association = new AssociationBuilder(name);
        describe(association);
        _associations.Add(association);
        return this;
    }

    /// <summary>Checks everything.</summary>
    /// <returns>The configuration, or everything that is wrong with it, in the order it was added.</returns>
    public ConfigurationResult Build()
    {
        ConfigurationResult result = WanConfiguration.Create(_links, _classes, _associations.Select(static association => association.Association));
        ConfigurationError[] unread = [.. _associations.SelectMany(static association => association.Errors)];

        // "Nothing is matched" is no news where the match could not be read.
        return unread.Length == 0
            ? result
            : new ConfigurationResult(null, [.. unread, .. result.Errors.Where(error => !unread.Any(first =>
                first.Subject == error.Subject && first.Path.StartsWith(error.Path, StringComparison.Ordinal)))], result.Warnings);
    }

    /// <summary>Checks everything, and throws what is wrong.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; it lists all of it.</exception>
    public WanConfiguration BuildOrThrow() => Build() is { IsValid: true, Configuration: { } configuration } result
        ? configuration
        : throw new ConfigurationException(Build().Errors);
}
