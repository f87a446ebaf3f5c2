using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Agent;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Sees to it that a connection's class is known before its first packet leaves. Safe for concurrent use.</summary>
internal interface IConnectionClassifier
{
    /// <summary>The parts of a request that decide, and the generation of the rules that say so.</summary>
    (RuleFields Fields, RuleGeneration Generation) Rules { get; }

    /// <summary>Called with the socket bound and not yet connected.</summary>
    /// <returns>
    /// False when it is not known whether this tuple has a class: an answer that is late would move a connection under way to another
    /// link. The connection must then be made from another port, without a class.
    /// </returns>
    /// <exception cref="RulesChangedException">The rules are not those of <paramref name="generation"/> any more.</exception>
    ValueTask<bool> ClassifyAsync(Socket socket, IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken);

    /// <summary>Called when a connection that was classified has been closed, or was never made.</summary>
    void Closed(IPEndPoint source, IPEndPoint destination);
}
