using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every native signature is blittable: nothing is copied, freed or resized behind our back.
[assembly: DisableRuntimeMarshalling]

// Native code is the system's; nothing is looked for in the current directory.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
