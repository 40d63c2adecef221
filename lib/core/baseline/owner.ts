// How a baseline says that a role owns an object.

/** OWNER beside a kind's privileges: whoever owns an object can do anything with it, and let others do it. */
export const OWNER = "OWNER";
