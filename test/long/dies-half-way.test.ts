// The work of the functions, ended at each of its writes.
process.env.DEATH_STEP ??= "1";
await import("../jobs/dies-half-way.test.ts");
