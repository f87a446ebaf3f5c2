using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Steering;

/// <summary>Settles sessions that are pinned to a link which works and which their association has left: at once on a brown-out, some time
/// after a failback, as the association says. For one thread.</summary>
internal sealed class SessionSettler(IWanDatapath datapath)
{
    private readonly List<Due> _due = [];

    /// <summary>When something is to be settled next; null when nothing is.</summary>
    public TimeSpan? Next => _due.Count == 0 ? null : _due.Min(static due => due.At);

    /// <summary>Notes that an association left a link that still works.</summary>
    /// <param name="association">The association.</param>
    /// <param name="position">Its position in the plan.</param>
    /// <param name="link">The name of the link.</param>
    /// <param name="brownout">Whether the link no longer keeps the SLA class; otherwise a better tier is back.</param>
    /// <param name="now">The time.</param>
    public void Left(WanAssociation association, int position, string link, bool brownout, TimeSpan now)
    {
        TimeSpan? after = brownout
            ? association.OnBrownout == BrownoutAction.Move ? TimeSpan.Zero : null
            : association.ResetAfter;
        _due.RemoveAll(due => due.Association == position && due.Link == link);
        if (after is { } wait)
        {
            _due.Add(new Due(now + wait, position, link));
        }
    }

    /// <summary>Notes that an association takes a link, so that its sessions there are where they should be.</summary>
    public void Took(int position, string link) => _due.RemoveAll(due => due.Association == position && due.Link == link);

    /// <summary>Settles what is due.</summary>
    /// <param name="plan">The plan in force; links that are no longer in it have nothing to settle.</param>
    /// <param name="now">The time.</param>
    public void Run(DatapathPlan plan, TimeSpan now)
    {
        for (int i = 0; i < _due.Count;)
        {
            (TimeSpan at, int association, string link) = _due[i];
            if (at > now)
            {
                i++;
                continue;
            }

            // First, so that a refusal of the kernel is not met again and again.
            _due.RemoveAt(i);
            for (int place = 0; place < plan.Links.Length; place++)
            {
                if (plan.Links[place].Name == link)
                {
                    datapath.Settle(association, place);
                }
            }
        }
    }

    private readonly record struct Due(TimeSpan At, int Association, string Link);
}
