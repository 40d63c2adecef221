// Evidence: the figures that a finding rests on, and the words for them that its detector brings.

/** Plain JSON; every figure that the title claims stands in it. */
export type Evidence = Readonly<Record<string, unknown>>;

/** How one field reads, wherever it is shown: mails, report, command line. */
export type EvidenceField = {
  /** "Last use": begins with a capital, as a heading does. */
  readonly label: string;
  /** For programs, or told elsewhere: people are not shown it. */
  readonly hidden?: boolean;
  /** What null, false or an empty list says; "" leaves the field out. Without: "not known", "no", "none". */
  readonly whenEmpty?: string;
  /** What a figure counts: "hours", "days". Both forms where they are not the same: ["login", "logins"]. */
  readonly unit?: readonly [one: string, many: string];
  /** Of a list: a line for each entry rather than all in one. */
  readonly lines?: boolean;
  /** Of a list: one entry alone is left out, for it says no more than the rest of the evidence does. */
  readonly fromTwo?: boolean;
  /** Of a list of records: those in which this field is true are left out, because the rest of the evidence tells them. */
  readonly without?: string;
  /** In a record: a sentence about what stands before it, after a colon. */
  readonly sentence?: boolean;
  /** Of a record, or of the records in a list: their own words. */
  readonly fields?: EvidenceWords;
};

/** A label alone, or all that there is to say of a field; what has no words is called by its name. */
export type EvidenceWords = Readonly<Record<string, string | EvidenceField>>;

/** The words of a typed evidence: one for each field, none forgotten. */
export type WordsOf<E extends Evidence> = { readonly [K in keyof E]-?: string | EvidenceField };
