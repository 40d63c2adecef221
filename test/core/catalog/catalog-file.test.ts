// A file that somebody hands over: whole and ours, or an error that names it and its fault.
import { describe, expect, it } from "vitest";
import { catalogFileText, parseCatalogFile } from "../../../lib/core/catalog/catalog-file.ts";
import { estate } from "../../support/catalogs.ts";

const text = catalogFileText(estate());
const document = JSON.stringify(estate());

describe("parseCatalogFile", () => {
  it("reads both forms to the same catalog", () => {
    expect(parseCatalogFile(text, "f")).toEqual(estate());
    expect(parseCatalogFile(document, "f")).toEqual(estate());
  });

  it("names the file and the fault of every cut through a line", () => {
    for (let end = 1; end < text.length; end += 1) {
      if (text[end - 1] === "\n") continue;
      expect(() => parseCatalogFile(text.slice(0, end), "my.file")).toThrow(
        /^my\.file: .*(truncated|not a catalog|empty)/,
      );
    }
    for (const end of [1, 10, document.length >> 1, document.length - 1]) {
      expect(() => parseCatalogFile(document.slice(0, end), "my.file")).toThrow(
        "my.file: the file is truncated",
      );
    }
  });

  it("refuses a cut between two lines", () => {
    const lines = text.split("\n");
    for (let keep = 1; keep < lines.length - 1; keep += 1) {
      expect(() => parseCatalogFile(`${lines.slice(0, keep).join("\n")}\n`, "my.file")).toThrow("my.file: ");
    }
  });

  it.each([
    ["", "the file is empty"],
    ["hello", "not a catalog of dsql-audit"],
    ["[1, 2, 3]", "not a catalog of dsql-audit"],
    ['{"some": "json"}', "not a catalog of dsql-audit"],
    ['{"format": 1, "sections": {}}', "not a catalog of dsql-audit"],
    ["{ no json }", "the file is not JSON"],
    [document.replace('"format":1', '"format":99'), "has format 99, this version reads 1"],
    [text.replace('["catalog",1', '["catalog",99'), "has format 99, this version reads 1"],
  ])("says of %j what is wrong", (content, fault) => {
    expect(() => parseCatalogFile(content, "my.file")).toThrow(fault);
    expect(() => parseCatalogFile(content, "my.file")).toThrow(/^my\.file: /);
  });
});
