namespace Clovisor.Wan.Associations;

/// <summary>How closely a reference names a route. Larger is closer; of several associations the closest one has the session.</summary>
public enum RouteSpecificity
{
    /// <summary>Not at all: the reference means something else.</summary>
    None,

    /// <summary>By <c>*</c>: any route of the resource.</summary>
    AnyRoute,

    /// <summary>By the position of the route.</summary>
    RouteByIndex,

    /// <summary>By the name of the route.</summary>
    RouteByName,

    /// <summary>By the position of a match inside the route.</summary>
    MatchByIndex,

    /// <summary>By the name of a match inside the route.</summary>
    MatchByName,
}
