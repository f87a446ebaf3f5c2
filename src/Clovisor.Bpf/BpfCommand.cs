namespace Clovisor.Bpf;

/// <summary>The commands of bpf(2), with the kernel's numbers (<c>enum bpf_cmd</c>).</summary>
public enum BpfCommand
{
    /// <summary>Creates a map. From Linux 3.18.</summary>
    MapCreate = 0,

    /// <summary>Reads an element. From Linux 3.18.</summary>
    MapLookupElement = 1,

    /// <summary>Writes an element. From Linux 3.18.</summary>
    MapUpdateElement = 2,

    /// <summary>Removes an element. From Linux 3.18.</summary>
    MapDeleteElement = 3,

    /// <summary>Steps to the next key. From Linux 3.18.</summary>
    MapGetNextKey = 4,

    /// <summary>Verifies and loads a program. From Linux 3.18.</summary>
    ProgramLoad = 5,

    /// <summary>Pins an object at a path. From Linux 4.4.</summary>
    ObjectPin = 6,

    /// <summary>Opens a pinned object. From Linux 4.4.</summary>
    ObjectGet = 7,

    /// <summary>Attaches a program without a link. From Linux 4.10.</summary>
    ProgramAttach = 8,

    /// <summary>Detaches a program that was attached without a link. From Linux 4.10.</summary>
    ProgramDetach = 9,

    /// <summary>Runs a program on data of the caller. From Linux 4.12.</summary>
    ProgramTestRun = 10,

    /// <summary>Steps to the next program's number. From Linux 4.13.</summary>
    ProgramGetNextId = 11,

    /// <summary>Steps to the next map's number. From Linux 4.13.</summary>
    MapGetNextId = 12,

    /// <summary>Opens a program by its number. From Linux 4.13.</summary>
    ProgramGetDescriptorById = 13,

    /// <summary>Opens a map by its number. From Linux 4.13.</summary>
    MapGetDescriptorById = 14,

    /// <summary>Describes the object behind a descriptor. From Linux 4.13.</summary>
    ObjectGetInfoByDescriptor = 15,

    /// <summary>Lists what is attached to a hook. From Linux 4.15.</summary>
    ProgramQuery = 16,

    /// <summary>Attaches to a raw tracepoint, or to what a tracing program names itself. From Linux 4.17.</summary>
    RawTracepointOpen = 17,

    /// <summary>Loads type information. From Linux 4.18.</summary>
    BtfLoad = 18,

    /// <summary>Opens type information by its number. From Linux 4.18.</summary>
    BtfGetDescriptorById = 19,

    /// <summary>Describes what a perf event descriptor of a task runs. From Linux 4.18.</summary>
    TaskDescriptorQuery = 20,

    /// <summary>Reads and removes an element. From Linux 4.20.</summary>
    MapLookupAndDeleteElement = 21,

    /// <summary>Makes a map read-only for user space. From Linux 5.2.</summary>
    MapFreeze = 22,

    /// <summary>Steps to the next type information's number. From Linux 5.4.</summary>
    BtfGetNextId = 23,

    /// <summary>Reads many elements. From Linux 5.6.</summary>
    MapLookupBatch = 24,

    /// <summary>Reads and removes many elements. From Linux 5.6.</summary>
    MapLookupAndDeleteBatch = 25,

    /// <summary>Writes many elements. From Linux 5.6.</summary>
    MapUpdateBatch = 26,

    /// <summary>Removes many elements. From Linux 5.6.</summary>
    MapDeleteBatch = 27,

    /// <summary>Attaches a program by a link. From Linux 5.7.</summary>
    LinkCreate = 28,

    /// <summary>Replaces the program of a link. From Linux 5.7.</summary>
    LinkUpdate = 29,

    /// <summary>Opens a link by its number. From Linux 5.8.</summary>
    LinkGetDescriptorById = 30,

    /// <summary>Steps to the next link's number. From Linux 5.8.</summary>
    LinkGetNextId = 31,

    /// <summary>Turns on statistics of programs while the descriptor is open. From Linux 5.8.</summary>
    EnableStatistics = 32,

    /// <summary>Opens a reader of an iterator. From Linux 5.8.</summary>
    IteratorCreate = 33,

    /// <summary>Ends what a link attaches. From Linux 5.9.</summary>
    LinkDetach = 34,

    /// <summary>Ties the life of a map to that of a program. From Linux 5.10.</summary>
    ProgramBindMap = 35,

    /// <summary>Creates a token from a delegated BPF file system. From Linux 6.9.</summary>
    TokenCreate = 36,
}
