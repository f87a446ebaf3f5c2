using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Clovisor.Hosting.Kubernetes.Resources;

namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>The summaries of the documentation that the compiler wrote.</summary>
internal static partial class XmlSummaries
{
    private static readonly Dictionary<string, string> ByMember = XDocument.Load(Path.ChangeExtension(typeof(WanLinkSpec).Assembly.Location, ".xml"))
        .Descendants("member")
        .Where(static member => member.Element("summary") is not null)
        .ToDictionary(static member => member.Attribute("name")!.Value, static member => Blanks().Replace(member.Element("summary")!.Value.Trim(), " "));

    internal static string Of(Type type) => ByMember["T:" + type.FullName];

    internal static string Of(PropertyInfo property) => ByMember[$"P:{property.DeclaringType!.FullName}.{property.Name}"];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
