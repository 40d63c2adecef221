// What the functions cost that schedules and people call, with what people are told by and ask through.
import { type CostLine, cents, DAYS, type Deployed, type Given, HOURS, secondsOf } from "./cost-line.ts";

/** So many calls of a function whose time nobody measured: of no time at least, and of its limit at most. */
export const onceInAWhile = (given: Given, name: keyof Deployed["functions"], calls: number) => {
  const asked = given.ask("calls", calls);
  const { timeout } = given.deployed.functions[name];
  return { low: asked, high: asked + secondsOf(given, name, calls * timeout) };
};

/** The functions plan, retain, notify, query and act, mails and the HTTP API. */
export const calledLines = (given: Given): CostLine[] => {
  const { ask, deployed } = given;
  const { plan, retain } = deployed.functions;
  const hourly = onceInAWhile(given, "plan", HOURS);
  const daily = onceInAWhile(given, "retain", DAYS);
  return [
    {
      what: "Lambda: plan and retain, by their schedules",
      dollars: { low: hourly.low + daily.low, high: hourly.high + daily.high },
      says: `once an hour and once a day, of no time at least and of their limits of ${plan.timeout} s and ${retain.timeout} s at most. A change that plan is told of is a call more: ${cents(onceInAWhile(given, "plan", 1_000).high)} for 1,000 at most`,
    },
    {
      what: "Lambda: notify",
      dollars: "unknown",
      says: `called when there is something to tell, which nobody can say beforehand. ${cents(ask("calls", 1_000) + secondsOf(given, "notify", 1_000))} for 1,000 calls of a second; \`Invocations\` and \`Duration\` in CloudWatch show them`,
    },
    {
      what: "SNS: mails",
      dollars: "unknown",
      says: `a summary a week for each cluster, and what there is to tell. ${cents(ask("mails", 1_000) + ask("published", 1_000))} for 1,000 mails to one address; \`NumberOfNotificationsDelivered\` in CloudWatch counts them`,
    },
    {
      what: "API Gateway and Lambda: query and act, over HTTP",
      dollars: "unknown",
      says: `nothing while nobody asks. ${cents(ask("httpRequests", 1_000) + ask("calls", 1_000) + secondsOf(given, "query", 1_000))} for 1,000 requests of a second each; \`Count\` of the API in CloudWatch counts them`,
    },
    {
      what: "DynamoDB: plan, notify, retain, query and act",
      dollars: "unknown",
      says: `not measured. ${cents(ask("readUnits", 1e6))} for a million read units, ${cents(ask("writeUnits", 1e6))} for a million write units; \`ConsumedReadCapacityUnits\` and \`ConsumedWriteCapacityUnits\` of the table show those of all functions`,
    },
  ];
};
