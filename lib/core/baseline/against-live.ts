// What declarations mean for the access that there is: which of it they stand for, what follows from them, what cannot be seen.
import { type Access, accessKey, byKey, objectKey, sectionsOf } from "./access.ts";
import type { Declared } from "./declared-access.ts";
import type { LiveAccess, Unread } from "./live-access.ts";
import { OWNER } from "./owner.ts";

/** `all: true` written out for the objects that there are. */
export const expand = (declared: readonly Declared[], { objects }: LiveAccess): Declared[] => {
  const within = Map.groupBy(objects.values(), ({ kind, schema }) => JSON.stringify([kind, schema]));
  return declared.flatMap((one) =>
    one.all
      ? (within.get(JSON.stringify([one.kind, one.schema])) ?? []).map(({ object }) => ({ ...one, object }))
      : [one],
  );
};

/**
 * What follows from a declaration although it names no object: on an object that the baseline does not know, what the
 * declared default privileges of its owner give, and its ownership by a role that may create there.
 */
export const followsFrom = (declared: readonly Declared[], live: LiveAccess) => {
  const future = byKey(declared.filter(({ what }) => what === "future"));
  const known = new Set(declared.filter(({ what, all }) => what === "privilege" && !all).map(objectKey));
  const onSchema = new Set(
    declared.flatMap(({ kind, role, schema, privilege }) =>
      kind === "schema" && (privilege === "CREATE" || privilege === OWNER)
        ? [JSON.stringify([role, schema])]
        : [],
    ),
  );
  return (one: Access): boolean => {
    if (one.what !== "privilege" || one.object === null || one.kind === "column") return false;
    const key = objectKey(one);
    if (known.has(key)) return false;
    if (one.privilege === OWNER) return onSchema.has(JSON.stringify([one.role, one.schema]));
    const createdBy = live.objects.get(key)?.owner;
    if (createdBy === undefined || createdBy === null) return false;
    return [one.schema, null].some((schema) => {
      const given = future.get(accessKey({ ...one, what: "future", schema, object: null, createdBy }));
      return given !== undefined && one.options.every((option) => given.options.includes(option));
    });
  };
};

/** Whether nothing can be said from the absence of an access: a section, or the object's own list, was not read. */
export const couldNotSee = (unread: readonly Unread[]): ((one: Access) => boolean) => {
  const sections = new Set(unread.filter(({ object }) => !object).map(({ section }) => section));
  const places = new Set(unread.flatMap(({ object }) => (object ? [objectKey(object)] : [])));
  return (one) =>
    sectionsOf(one).some((section) => sections.has(section)) ||
    (one.what === "privilege" && one.privilege !== OWNER && places.has(objectKey(one)));
};
