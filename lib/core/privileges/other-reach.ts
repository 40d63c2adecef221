// Privileges on what stands in no schema: parameters, large objects, foreign servers and wrappers, tablespaces, languages.

import { PUBLIC } from "../base/ids.ts";
import { extraOf, type OtherSection, otherKinds, otherSections } from "../catalog/extras.ts";
import { letterBit, type Privilege, privilegeNames } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable } from "./effective-graph.ts";

export type OtherReach = {
  readonly kind: (typeof otherKinds)[OtherSection];
  readonly name: string;
  readonly privileges: readonly Privilege[];
  /** The role whose grant it is; null: PUBLIC, or by ownership. */
  readonly holder: RoleId;
  readonly everybody: boolean;
  readonly setRole: boolean;
  /** It runs programs or loads code as the server does. */
  readonly superuser: boolean;
};

/**
 * Parameters that name a program or a library which the server then runs, or who may sign in: whoever sets one is as good
 * as superuser. SET alone does nothing with those that are read from the server's files only.
 * https://www.postgresql.org/docs/16/runtime-config.html
 */
const inSession = ["session_preload_libraries", "dynamic_library_path"];
const inFiles = [
  ...inSession, "archive_command", "archive_library", "archive_cleanup_command", "restore_command",
  "recovery_end_command", "ssl_passphrase_command", "shared_preload_libraries", "jit_provider", "hba_file", "ident_file",
]; // biome-ignore format: one glance

const runsAsServer = (name: string, privileges: readonly Privilege[]): boolean =>
  (privileges.includes("ALTER SYSTEM") && inFiles.includes(name)) ||
  (privileges.includes("SET") && inSession.includes(name));

const lettersOf = (text: string): Privilege[] =>
  [...text].flatMap((letter) => privilegeNames(letterBit(letter)));

/** Everything of these kinds that a role was granted something on, by whatever way; owners are left out, as expected. */
export const otherReaches = (engine: AccessEngine, role: RoleId): OtherReach[] => {
  const { graph, catalog } = engine;
  const atOnce = reachable(graph.inherit, role);
  const later = reachable(graph.set, role).flatMap((id) => reachable(graph.inherit, id));
  return otherSections.flatMap((section) =>
    (extraOf(catalog, section).rows ?? []).flatMap((object): OtherReach[] => {
      for (const holder of new Set([...atOnce, ...later])) {
        const own = (object.acl?.entries ?? []).filter(
          ({ grantee }) => grantee === graph.roles[holder]?.oid && grantee !== object.owner,
        );
        const privileges = [...new Set(own.flatMap((entry) => lettersOf(entry.privileges)))];
        if (privileges.length === 0) continue;
        const superuser = section === "parameters" && runsAsServer(object.name, privileges);
        const setRole = !atOnce.includes(holder);
        return [
          {
            kind: otherKinds[section],
            name: object.name,
            privileges,
            holder,
            everybody: false,
            setRole,
            superuser,
          },
        ];
      }
      // What everybody may do with a language is how languages are.
      const all =
        section === "languages"
          ? []
          : (object.acl?.entries ?? []).filter(({ grantee }) => grantee === PUBLIC);
      const privileges = [...new Set(all.flatMap((entry) => lettersOf(entry.privileges)))];
      const superuser = section === "parameters" && runsAsServer(object.name, privileges);
      return privileges.length
        ? [
            {
              kind: otherKinds[section],
              name: object.name,
              privileges,
              holder: role,
              everybody: true,
              setRole: false,
              superuser,
            },
          ]
        : [];
    }),
  );
};
