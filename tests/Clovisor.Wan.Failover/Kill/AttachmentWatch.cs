using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>
/// Asks the kernel all the time what is attached to the WAN devices: one program of ours on each side of each, never two, never none.
/// Counted are links, whose number stays through a swap of programs.
/// </summary>
internal sealed class AttachmentWatch : IDisposable
{
    public static readonly IReadOnlyList<BpfAttachType> Sides = [BpfAttachType.TcxIngress, BpfAttachType.TcxEgress];
    private readonly Thread _thread;
    private readonly IReadOnlyDictionary<(int, BpfAttachType), int> _foreign;
    private readonly int[] _devices;
    private volatile bool _stopping;
    private long _looks;
    private long _wrong;

    public AttachmentWatch(LabNames names, IReadOnlyList<int> devices, IReadOnlyDictionary<(int, BpfAttachType), int> foreign)
    {
        _foreign = foreign;
        _devices = [.. devices];
        _thread = new Thread(() =>
        {
            Interop.Kernel.Enter(names.Edge);
            using var pause = new ManualResetEventSlim();
            while (!_stopping)
            {
                Look();
                pause.Wait(1);
            }
        })
        { IsBackground = true, Name = "attachments" };
        _thread.Start();
    }

    public long Looks => Interlocked.Read(ref _looks);

    public long Wrong => Interlocked.Read(ref _wrong);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Look()
    {
        foreach (int device in _devices)
        {
            foreach (BpfAttachType side in Sides)
            {
                Interlocked.Increment(ref _looks);
                if (BpfAttachments.OfInterface(device, side).Programs.Count != 1 + _foreign.GetValueOrDefault((device, side)))
                {
                    Interlocked.Increment(ref _wrong);
                }
            }
        }
    }
}
