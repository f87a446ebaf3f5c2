using Xunit.Sdk;
using Xunit.v3;

// Descriptors and kernel objects are counted, which tests that run side by side would disturb.
[assembly: Parallelization(Mode = ParallelMode.None)]

// Every test disposes what it opens; one that does not fails, with the place.
[assembly: Clovisor.Bpf.Tests.NoDescriptorLeaks]
