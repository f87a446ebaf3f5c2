using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Generation;

/// <summary>
/// Tables and what happens to them, from one seed. Steps are drawn from the tables as they are at that moment, so that most packets concern some session.
/// </summary>
internal sealed class Episode
{
    // Connections that opened outside before, and wait for the proof.
    private const int Answered = 4;

    private readonly Random _random;
    private readonly TableGenerator _tableGenerator;
    private readonly PacketGenerator _packets;

    internal Episode(ulong seed, TestSite site, int capacity)
    {
        _random = new Random(HashCode(seed));
        _tableGenerator = new TableGenerator(_random, site);
        Trust = (Trust)_random.Next(3);
        Tables = _tableGenerator.Next(capacity, Trust == Trust.Own);
        _packets = new PacketGenerator(_random, site, Tables);
        for (int i = 0; i < Answered; i++)
        {
            (ClvTuple answer, ClvAnswer begun) = _packets.Answered();
            Tables.Begun[answer] = begun;
        }
    }

    internal Trust Trust { get; }

    /// <summary>As they are now: whoever carries steps out changes them.</summary>
    internal Tables Tables { get; }

    internal Step Next()
    {
        switch (_random.Next(100))
        {
            case < 4:
                int[] links = [.. Enumerable.Range(0, Tables.Links.Length).Where(index => Tables.Links[index].Ifindex != 0)];
                int link = links[_random.Next(links.Length)];
                _packets.Watch(link);
                return new LinkStep(link, _tableGenerator.Change(Tables.Links[link]));
            case < 6:
                return new SlotsStep(TableGenerator.Associations[_random.Next(TableGenerator.Associations.Length)], _tableGenerator.Slots(Tables));
            case < 11:
                int association = TableGenerator.Associations[_random.Next(TableGenerator.Associations.Length)];
                ClvTuple reported = Tables.Sessions.Count > 0 && _random.Next(3) == 0 ? Tables.Sessions.Keys.ElementAt(_random.Next(Tables.Sessions.Count)) : _packets.Reported();
                return new ReportStep(reported, ClvSession.New(association, (byte)_random.Next(64), tick: 1));
            case < 12 when Tables.Sessions.Count > 0:
                return new ForgetStep(Tables.Sessions.Keys.ElementAt(_random.Next(Tables.Sessions.Count)));
            case 13 when Tables.Begun.Count > 0:
                return new AgeStep(Tables.Begun.Keys.ElementAt(_random.Next(Tables.Begun.Count)));
            case < 13 when Tables.Sessions.Count > 0:
                return new LoseStep(Tables.Sessions.Keys.ElementAt(_random.Next(Tables.Sessions.Count)));
            default:
                return new PacketStep(_packets.Next());
        }
    }

    // Neighbouring seeds must not give neighbouring episodes.
    private static int HashCode(ulong seed)
    {
        ulong mixed = (seed + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return (int)((mixed ^ (mixed >> 31)) & 0x7fffffff);
    }
}

/// <summary>Whose tags count, where not all do.</summary>
internal enum Trust
{
    /// <summary>Nobody's: no group is named.</summary>
    None,

    /// <summary>Those of the group that the packets are of.</summary>
    Own,

    /// <summary>Those of another.</summary>
    Other,
}
