// A hundred thousand principals within an hour.
process.env.CROWD ??= "100000";
await import("../jobs/crowd.test.ts");
