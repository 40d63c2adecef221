// Preloaded by `npm run test:clock` into every Node process and worker thread: the same clock, CLOCK_SHIFT_MS away.
// Timers keep their pace; what is not Node (PostgreSQL, OpenSSL) keeps its own time.
const shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const now = () => Real.now() + shift;
const Real = globalThis.Date;

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length ? args : [now()], newTarget === globalThis.Date ? Real : newTarget),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
Real.prototype.constructor = globalThis.Date;
