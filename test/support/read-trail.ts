// A trail that records connects to Aurora DSQL, as AWS tells of it.
import type { TrailState } from "../../lib/cloudtrail/trail-config.ts";

/** Advanced event selectors that take the data events of all clusters. */
export const takesConnects = [
  {
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
    ],
  },
];

/** It logs and signs its files, in us-east-1. */
export const readTrail: TrailState = {
  arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
  homeRegion: "us-east-1",
  multiRegion: false,
  bucket: "b",
  prefix: null,
  validation: true,
  logging: true,
  deliveryError: null,
  deliveredAt: 0,
  stoppedAt: null,
  selectors: takesConnects,
};
