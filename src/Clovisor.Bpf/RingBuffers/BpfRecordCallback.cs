namespace Clovisor.Bpf.RingBuffers;

/// <summary>Takes one record. An exception ends the reading; the record counts as read.</summary>
/// <param name="record">Valid during the call only.</param>
public delegate void BpfRecordCallback(BpfRecord record);
