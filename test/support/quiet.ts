import * as pulumi from "@pulumi/pulumi";

// Without an engine the SDK writes warnings to the terminal, for every plan of every test the same
// ones. What is warned of is asserted where the configuration is parsed.
Object.assign(pulumi.log, { warn: () => Promise.resolve() });

// The SDK takes a stack trace for every promise: it needs no more of it than a failed test does.
Error.stackTraceLimit = 5;
