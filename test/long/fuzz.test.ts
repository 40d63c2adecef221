// The fuzzing of the short run with five times as many records.
process.env.FUZZ_RECORDS ??= "100000";
await import("../cloudtrail/fuzz.test.ts");
