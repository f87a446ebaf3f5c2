using System.Globalization;
using System.Text;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Status;

namespace Clovisor.Hosting.Classification;

/// <summary>Says of a request which rule matches, who names it, and which links its session would take now.</summary>
internal sealed class RequestExplainer(RequestClassifier classifier, WanRuntime wan)
{
    internal ExplainView Explain(ClovisorSnapshot snapshot, int port, in RouteRequest request)
    {
        StringBuilder text = new();
        if (snapshot.FindTable(port) is not { } table)
        {
            text.Append(CultureInfo.InvariantCulture, $"The proxy has no route table for plain HTTP on port {port}.");
            return new ExplainView { Revision = snapshot.Revision, Text = text.ToString() };
        }

        text.Append(RouteExplain.Explain(table, request).ToString().TrimEnd()).Append('\n');
        ClassifiedRequest classified = classifier.Classify(snapshot, port, request);
        AssociationStatus? association = wan.Engine?.Status.Associations.FirstOrDefault(status => status.Name == classified.Association);
        string[] links = [.. association?.Links.Select(share => share.Link) ?? []];
        string[] described = [.. links.Select(Describe)];
        string now = $"Links now: {(links.Length > 0 ? string.Join("; ", described) : "none")}{(association is null ? "" : $" ({association.Reason})")}.";
        text.Append((classified.Route, classified.Association) switch
        {
            (_, { } name) when classified.IsByFlow => $"{(classified.Route is { } unnamed ? $"No association names {unnamed}" : "No rule of the mesh decides")}; a flow of association {name} means the request. {now}",
            (null, _) => "No rule of the mesh decides, so no association applies: the session goes as the node's routes say.",
            ({ } route, null) => $"No association names {route}: the session goes as the node's routes say.",
            ({ } route, { } name) => $"Association {name} names {route}. {now}",
        });
        return new ExplainView
        {
            Revision = snapshot.Revision,
            Route = classified.Route,
            Association = classified.Association,
            Links = links,
            Text = text.ToString(),
        };
    }

    private string Describe(string name) => wan.Engine?.Status.Links.FirstOrDefault(link => link.Name == name) is { } link
        ? $"{name}, {AddressingNames.Of(link.Addressing)}{(link.Peer is { } peer ? $" with {peer}" : "")}"
        : name;
}
