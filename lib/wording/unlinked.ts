// Names and user agents come from people who may attack the reader: no program makes a link of what they hold.

/** "https: //example.com": whoever reads it knows what it was, and nobody can click on it. */
export const unlinked = (text: string): string => text.replaceAll("://", ": //");
