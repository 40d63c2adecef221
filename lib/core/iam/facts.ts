// What IAM says about one cluster, for the evaluator: the types stand with the catalog, as a snapshot holds both.
export {
  AccessKey,
  ClusterAccess,
  IAM_FORMAT,
  IamFacts,
  IamGroup,
  IamParts,
  IamRole,
  IamUser,
  InlinePolicy,
  iamRows,
  ManagedPolicy,
  MappedIdentity,
  RoleUse,
  Tag,
  UserKeys,
} from "../catalog/iam-facts.ts";
