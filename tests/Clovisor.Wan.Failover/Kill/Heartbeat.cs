using Clovisor.Wan.Failover.Measuring;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>Keeps connections busy while things happen, and notices when one of them breaks.</summary>
internal sealed class Heartbeat : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _broken;
    private long _echoes;

    public Heartbeat(Connections connections, int count)
    {
        _thread = new Thread(() =>
        {
            while (!_stopping)
            {
                _broken = Math.Max(_broken, count - connections.CountAlive());
                Interlocked.Add(ref _echoes, count);
            }
        })
        { IsBackground = true, Name = "heartbeat" };
        _thread.Start();
    }

    public int Broken => _broken;

    public long Echoes => Interlocked.Read(ref _echoes);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }
}
