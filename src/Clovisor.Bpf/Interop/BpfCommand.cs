namespace Clovisor.Bpf.Interop;

/// <summary><c>enum bpf_cmd</c>: the commands of bpf(2) that are used.</summary>
internal enum BpfCommand
{
    MapCreate = 0,
    MapLookupElement = 1,
    MapUpdateElement = 2,
    MapDeleteElement = 3,
    MapGetNextKey = 4,
    ProgramLoad = 5,
    ObjectPin = 6,
    ObjectGet = 7,
    ProgramTestRun = 10,
    ProgramGetDescriptorById = 13,
    ObjectGetInfoByDescriptor = 15,
    ProgramQuery = 16,
    BtfGetDescriptorById = 19,
    MapLookupAndDeleteElement = 21,
    MapFreeze = 22,
    MapLookupBatch = 24,
    MapUpdateBatch = 26,
    MapDeleteBatch = 27,
    LinkCreate = 28,
    LinkUpdate = 29,
    LinkDetach = 34,
    ProgramBindMap = 35,
}
