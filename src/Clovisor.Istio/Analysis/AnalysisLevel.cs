namespace Clovisor.Istio.Analysis;

/// <summary>How much a message of an analysis matters. The levels are those of <c>istioctl analyze</c>.</summary>
public enum AnalysisLevel
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Probably not what was meant.</summary>
    Warning,

    /// <summary>Does not work as written.</summary>
    Error,
}
