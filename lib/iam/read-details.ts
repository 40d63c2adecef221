// Users, groups, roles and policies of the account: GetAccountAuthorizationDetails, page by page.
import { GetAccountAuthorizationDetailsCommand, type IAMClient } from "@aws-sdk/client-iam";
import { AuthorizationDetails, detailsOf } from "../core/iam/authorization-details.ts";
import type { IamParts } from "../core/iam/facts.ts";
import type { Calls } from "./call.ts";
import { refusalOf, type Unread, unread } from "./refusal.ts";

/** The most that IAM gives on a page: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html */
const PAGE_ITEMS = 1_000;
/** IAM may give far less than it was asked for; an account has at most some ten thousand roles and users. */
const MAX_PAGES = 1_000;

const ACTION = "iam:GetAccountAuthorizationDetails";

export type Details = Pick<IamParts, "users" | "groups" | "roles" | "managedPolicies" | "roleUses">;

const nothing = (refused: Unread): Details => ({
  users: refused,
  groups: refused,
  roles: refused,
  managedPolicies: refused,
  roleUses: refused,
});

/** All of it or, with the reason, nothing: of half an account no verdict can be given. Never throws. */
export const readDetails = async (client: IAMClient, { call }: Calls): Promise<Details> => {
  const pages: AuthorizationDetails[] = [];
  let Marker: string | undefined;
  do {
    try {
      const asked = { MaxItems: PAGE_ITEMS, ...(Marker !== undefined && { Marker }) };
      const page = await call((options) =>
        client.send(new GetAccountAuthorizationDetailsCommand(asked), options),
      );
      const parsed = AuthorizationDetails.safeParse(page);
      if (!parsed.success) return nothing(unread(`${ACTION} was answered in a form that is not known`));
      pages.push(parsed.data);
      if (page.IsTruncated && page.Marker === undefined)
        return nothing(unread(`${ACTION} has more to tell and does not say where to go on`));
      Marker = page.IsTruncated ? page.Marker : undefined;
    } catch (error) {
      return nothing(refusalOf(ACTION, error));
    }
  } while (Marker !== undefined && pages.length < MAX_PAGES);
  if (Marker !== undefined) return nothing(unread(`${ACTION} has more than ${MAX_PAGES} pages`));
  return detailsOf(pages);
};
