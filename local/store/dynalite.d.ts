// dynalite brings no types; this is the part of it that we use.
declare module "dynalite" {
  import type { Server } from "node:http";

  type Options = { path?: string; createTableMs?: number; deleteTableMs?: number };
  const dynalite: (options?: Options) => Server;
  export default dynalite;
}
