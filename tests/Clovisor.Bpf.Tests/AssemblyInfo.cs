using Xunit.Sdk;
using Xunit.v3;

// Descriptors and kernel objects are counted, which tests that run side by side would disturb.
[assembly: Parallelization(Mode = ParallelMode.None)]
