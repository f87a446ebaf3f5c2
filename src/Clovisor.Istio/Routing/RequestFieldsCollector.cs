using System.Collections.Immutable;
using Clovisor.Istio.Matching;

namespace Clovisor.Istio.Routing;

/// <summary>Finds which parts of a request the routes of a table look at.</summary>
internal static class RequestFieldsCollector
{
    public static RequestFields Collect(ImmutableArray<VirtualHost> hosts)
    {
        bool path = false;
        bool method = false;
        bool authority = false;
        bool scheme = false;
        var headers = new SortedSet<string>(StringComparer.Ordinal);
        var query = new SortedSet<string>(StringComparer.Ordinal);
        var claims = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Route route in hosts.SelectMany(static h => h.Routes))
        {
            path |= !route.Path.IsCatchAll;
            foreach (HeaderMatcher header in route.HeaderMatchers)
            {
                method |= header.Field == HeaderField.Method;
                authority |= header.Field == HeaderField.Authority;
                scheme |= header.Field is HeaderField.Scheme or HeaderField.ForwardedProto;
                if (header.Field is HeaderField.Named or HeaderField.ForwardedProto)
                {
                    headers.Add(header.Name);
                }
                else if (header.Field == HeaderField.Path)
                {
                    path = true;
                    headers.Add(header.Name);
                }
            }

            claims.UnionWith(route.Claims.Select(static c => c.Name));
            foreach (QueryMatcher parameter in route.QueryMatchers)
            {
                query.Add(parameter.Name);
            }
        }

        // Where plain requests are redirected, the scheme decides before any rule.
        scheme |= hosts.Any(static h => h.RequiresTls);
        return new RequestFields { Path = path, Method = method, Authority = authority, Scheme = scheme, Headers = [.. headers], QueryParameters = [.. query], Claims = [.. claims] };
    }
}
