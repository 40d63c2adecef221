// Detectors whose findings are one: each mapping has one finding, whichever of them gives its verdict at present.

/** The family of the verdicts on mappings. A finding of it is named after the family and the mapping, never the verdict. */
export const MAPPING_FAMILY = "mapping";

/** Its detectors: the verdicts exclude each other. Their option `days` is one window. */
export const mappingDetectors: readonly string[] = [
  "dormant-mapping",
  "never-used-mapping",
  "unknown-mapping",
  "ambiguous-mapping",
];

/** What its findings are called whatever the verdict; undefined: it is no family. */
export const familyTitle = (family: string | undefined): string | undefined =>
  family === MAPPING_FAMILY ? "Mapping without a proven use" : undefined;

/** For findings of releases that knew no families: each detector's findings stood alone. */
export const familyOfDetector = (detector: string): string | undefined =>
  mappingDetectors.includes(detector) ? MAPPING_FAMILY : undefined;
