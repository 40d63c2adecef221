// Condition operators as AWS documents them, one case each beside the page that says so.
import { allow, deny, roleArn } from "../../support/iam-facts.ts";
import { role, testPages, when } from "./documented-case.ts";

testPages({
  "reference_policies_elements_condition_operators#Conditions_String": [
    [
      "StringEquals is exact",
      "denied",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/env", "Prod"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "a star is no wildcard in StringEquals",
      "denied",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/env", "*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringEqualsIgnoreCase ignores case",
      "allowed",
      {
        ...role(allow(when("StringEqualsIgnoreCase", "aws:ResourceTag/env", "PROD"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringLike takes wildcards",
      "allowed",
      {
        ...role(allow(when("StringLike", "aws:ResourceTag/env", "p?o*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringNotLike is its negation",
      "denied",
      {
        ...role(allow(when("StringNotLike", "aws:ResourceTag/env", "p*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringNotEqualsIgnoreCase is a negation",
      "denied",
      {
        ...role(allow(when("StringNotEqualsIgnoreCase", "aws:ResourceTag/env", "PROD"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
  ],
  "reference_policies_elements_condition_operators (missing keys)": [
    [
      "a missing key does not match",
      "denied",
      role(allow(when("StringEquals", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "a missing key matches a negated operator",
      "allowed",
      role(allow(when("StringNotEquals", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "IfExists makes it match",
      "allowed",
      role(allow(when("StringEqualsIfExists", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "IfExists compares a key that is there",
      "denied",
      {
        ...role(allow(when("StringEqualsIfExists", "aws:ResourceTag/env", "prod"))),
        clusterTags: [{ key: "env", value: "dev" }],
      },
    ],
    [
      "a Deny with a negated IfExists holds where the key is missing",
      "denied",
      role(allow(), deny(when("StringNotEqualsIfExists", "aws:ResourceTag/env", "prod"))),
    ],
    ["Null true: the key is missing", "allowed", role(allow(when("Null", "aws:ResourceTag/env", "true")))],
    ["Null false: it is there", "denied", role(allow(when("Null", "aws:ResourceTag/env", false)))],
    [
      "a role always has temporary credentials",
      "denied",
      role(allow(when("Null", "aws:TokenIssueTime", "true"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Numeric": [
    [
      "less than or equal",
      "allowed",
      role(allow(when("NumericLessThanEquals", "aws:MultiFactorAuthAge", 3600))),
      { context: { "aws:MultiFactorAuthAge": "3600" } },
    ],
    [
      "less than",
      "denied",
      role(allow(when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"))),
      { context: { "aws:MultiFactorAuthAge": "3600" } },
    ],
    [
      "not equal",
      "allowed",
      role(allow(when("NumericNotEquals", "aws:MultiFactorAuthAge", "3600"))),
      { context: { "aws:MultiFactorAuthAge": "3600.5" } },
    ],
    [
      "what is no number is not known",
      "unknown",
      role(allow(when("NumericEquals", "aws:MultiFactorAuthAge", "many"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Date": [
    [
      "after a date",
      "allowed",
      role(allow(when("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"))),
      { context: { "aws:CurrentTime": "2026-11-28T00:00:00Z" } },
    ],
    [
      "before a date",
      "denied",
      role(allow(when("DateLessThan", "aws:CurrentTime", "2026-01-01"))),
      { context: { "aws:CurrentTime": "2026-11-28T00:00:00Z" } },
    ],
    [
      "in seconds since 1970",
      "allowed",
      role(allow(when("DateLessThanEquals", "aws:EpochTime", "1800000000"))),
      { context: { "aws:EpochTime": "1795000000" } },
    ],
    [
      "when it will be is open",
      "conditional",
      role(allow(when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Boolean": [
    [
      "Bool compares true and false",
      "allowed",
      role(allow(when("Bool", "aws:MultiFactorAuthPresent", "true"))),
      { context: { "aws:MultiFactorAuthPresent": "true" } },
    ],
    ["an identity is no AWS service", "denied", role(allow(when("Bool", "aws:PrincipalIsAWSService", true)))],
    [
      "BoolIfExists of a missing key",
      "allowed",
      role(allow(when("BoolIfExists", "aws:MultiFactorAuthPresent", "true"))),
      { context: { "aws:MultiFactorAuthPresent": null } },
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_BinaryEquals": [
    [
      "byte for byte",
      "allowed",
      role(allow(when("BinaryEquals", "x:key", "QmluYXJ5"))),
      { context: { "x:key": "QmluYXJ5" } },
    ],
    [
      "what is no base64 is not known",
      "unknown",
      role(allow(when("BinaryEquals", "x:key", "Qml*"))),
      { context: { "x:key": "QmluYXJ5" } },
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_IPAddress": [
    [
      "in a range",
      "allowed",
      role(allow(when("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "203.0.113.0/24"]))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "not in a range",
      "denied",
      role(allow(when("IpAddress", "aws:SourceIp", "203.0.113.0/25"))),
      { context: { "aws:SourceIp": "203.0.113.200" } },
    ],
    [
      "an address alone is one address",
      "denied",
      role(allow(when("IpAddress", "aws:SourceIp", "203.0.113.9"))),
      { context: { "aws:SourceIp": "203.0.113.8" } },
    ],
    [
      "IPv6",
      "allowed",
      role(allow(when("IpAddress", "aws:SourceIp", "2001:DB8:1234:5678::/64"))),
      { context: { "aws:SourceIp": "2001:db8:1234:5678::1" } },
    ],
    [
      "an IPv4 address is in no IPv6 range",
      "allowed",
      role(allow(when("NotIpAddress", "aws:SourceIp", "::/0"))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "an IPv6 address alone is itself",
      "allowed",
      role(allow(when("IpAddress", "aws:SourceIp", "2001:DB8::1"))),
      { context: { "aws:SourceIp": "2001:db8:0::1" } },
    ],
    [
      "or, by the default prefix of /32, a network",
      "unknown",
      role(allow(when("IpAddress", "aws:SourceIp", "2001:DB8::1"))),
      { context: { "aws:SourceIp": "2001:db8:7::9" } },
    ],
    [
      "outside of which nothing is meant",
      "allowed",
      role(allow(), deny(when("IpAddress", "aws:SourceIp", "2001:DB8::1"))),
      { context: { "aws:SourceIp": "2001:db9::1" } },
    ],
    [
      "what a zero before a number means is not documented",
      "unknown",
      role(allow(when("IpAddress", "aws:SourceIp", "203.0.113.011"))),
      { context: { "aws:SourceIp": "203.0.113.11" } },
    ],
    [
      "NotIpAddress of a list: in none of them",
      "denied",
      role(allow(), deny(when("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.0/24"]))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "through a VPC endpoint there is no address, which NotIpAddress matches",
      "denied",
      role(allow(), deny(when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
      { context: { "aws:SourceIp": null } },
    ],
    [
      "what is no range is not known",
      "unknown",
      role(allow(when("IpAddress", "aws:SourceIp", "10.0.0.0/33"))),
    ],
    ["any VPC: it may come from none", "conditional", role(allow(when("StringLike", "aws:SourceVpc", "*")))],
    [
      "any VPC or none is always so",
      "allowed",
      role(allow(when("StringLikeIfExists", "aws:SourceVpc", "*"))),
    ],
    [
      "whence it will come is open",
      "conditional",
      role(allow(when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_ARN": [
    [
      "ArnEquals and ArnLike take wildcards in each part",
      "allowed",
      role(allow(when("ArnEquals", "aws:PrincipalArn", `arn:aws:iam::*:role/a*`))),
    ],
    [
      "a star does not leave its part",
      "denied",
      role(allow(when("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/app:*:*"))),
    ],
    ["ArnNotLike is a negation", "denied", role(allow(when("ArnNotLike", "aws:PrincipalArn", roleArn("*"))))],
    ["what is no ARN is not known", "unknown", role(allow(when("ArnLike", "aws:PrincipalArn", "*")))],
  ],
});
