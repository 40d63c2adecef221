// Writes docs/openapi.json from the routes; a test holds the file against them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acts } from "../lib/api/acts.ts";
import { openApi } from "../lib/api/openapi.ts";
import { routePlaces } from "../lib/api/routes.ts";

const folder = join(import.meta.dirname, "..", "docs");
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, "openapi.json"),
  `${JSON.stringify(openApi([...(await Promise.all(routePlaces.map(({ load }) => load()))), ...acts]), null, 2)}\n`,
);
