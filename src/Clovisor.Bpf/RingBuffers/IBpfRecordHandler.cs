namespace Clovisor.Bpf.RingBuffers;

/// <summary>Takes records. As a struct it is compiled into the reading loop, which costs less than a delegate.</summary>
public interface IBpfRecordHandler
{
    /// <summary>Takes one record. An exception ends the reading; the record counts as read.</summary>
    /// <param name="record">Valid during the call only.</param>
    void Handle(BpfRecord record);
}
