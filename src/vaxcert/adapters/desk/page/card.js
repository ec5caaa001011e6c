// The card: one verdict, whose it is, and why.

import { byId, drawShape, el, smallShape } from "./dom.js";
import { word } from "./words.js";

const RULE_VERDICTS = { passed: "accept", open: "refer", failed: "refuse" };

let scans = 0;
let scannedAt = null;

export function showEmpty() {
  scannedAt = null;
  setVerdict("none", word("ready"), word("ready-advice"));
  byId("spoken").textContent = "";
  byId("found").replaceChildren();
  byId("keep-last").hidden = true;
  showNotices([]);
  showAge();
}

export function showAnswer(answer, { isNew }) {
  const { decision, document_shown: shown } = answer;
  if (isNew) {
    scans += 1;
    scannedAt = Date.now();
  }
  byId("document-clear").hidden = shown === null;
  byId("keep-last").hidden = !decision?.reasons.some(({ code }) => code === "person-differs" || code === "person-unclear");
  if (decision === null) {
    setVerdict("none", word("ready"), word(shown === null ? "ready-advice" : "document-waits"));
    byId("found").replaceChildren(...(shown === null ? [] : [people(null, shown, null)]));
  } else {
    setVerdict(decision.verdict, decision.headline, decision.advice);
    byId("found").replaceChildren(
      people(decision.traveller, shown, decision.identity),
      el("div", { class: "columns" }, reasons(decision), doses(decision)),
      details(decision),
    );
  }
  byId("card").dataset.scan = String(scans);
  if (isNew) {
    speakOut(answer);
    bringIntoView();
  }
  showAge();
}

export function showNotices(notices) {
  byId("notices").replaceChildren(
    ...notices.map(({ code, sentence, kind }) => {
      const shape = kind === "problem" ? "refer" : "note";
      return el("p", { "data-code": code, class: shape }, smallShape(shape), el("span", {}, sentence));
    }),
  );
}

export function showWorking() {
  showNotices([{ code: "working", sentence: word("working"), kind: "note" }]);
}

export function showAge() {
  byId("scan-number").textContent = scannedAt === null ? "" : word("scan-number", { number: scans });
  const seconds = Math.floor((Date.now() - scannedAt) / 1000);
  byId("scan-age").textContent = scannedAt === null ? "" : word("scan-age", { seconds });
}

export const isDecided = () => byId("card").dataset.verdict !== "none";

export function toggleDetails() {
  const all = document.querySelector("#found details");
  if (all !== null) all.open = !all.open;
}

// Below what stays at the top of the window, if anything does.
function bringIntoView() {
  const top = byId("top");
  const edge = getComputedStyle(top).position === "sticky" ? top.getBoundingClientRect().bottom : 0;
  const above = byId("card").getBoundingClientRect().top - edge;
  if (above < 0) scrollBy(0, above - parseFloat(getComputedStyle(document.documentElement).fontSize));
}

function setVerdict(verdict, headline, advice) {
  byId("card").dataset.verdict = verdict;
  drawShape(byId("verdict-shape"), verdict);
  byId("headline").textContent = headline;
  byId("advice").textContent = advice;
}

function speakOut({ decision, notices }) {
  const sentences = notices.map(({ sentence }) => sentence);
  if (decision !== null) {
    const weighty = decision.reasons.filter(({ verdict }) => verdict === decision.verdict).map(({ sentence }) => sentence);
    sentences.unshift(decision.headline, decision.traveller?.name ?? "", decision.traveller?.birth_date_shown ?? "", ...weighty);
  }
  byId("spoken").textContent = sentences.filter(Boolean).join(". ");
}

function people(traveller, shown, identity) {
  const sides = [];
  if (traveller !== null) {
    sides.push(
      el(
        "section",
        { class: "person", "data-accepted": String(traveller.accepted) },
        el("h3", {}, word("certificate-says")),
        big("traveller-name", "name", traveller.name || traveller.standard_name, "name-missing"),
        traveller.standard_name && el("p", { class: "standard", "data-testid": "traveller-standard-name", translate: "no" }, traveller.standard_name),
        big("traveller-birth-date", "birth-date", traveller.birth_date_shown, "birth-date-missing"),
        traveller.accepted ? null : el("p", { class: "warning" }, word("not-accepted")),
      ),
    );
  }
  if (shown !== null) {
    sides.push(
      el(
        "section",
        { class: "person" },
        el("h3", {}, word("document-says")),
        big("document-name", "name", shown.name, "name-missing"),
        big("document-birth-date", "birth-date", shown.birth_date_shown, "birth-date-missing"),
        shown.expires_shown ? el("p", { class: "quiet" }, `${word("document-expires")}: ${shown.expires_shown}`) : null,
        shown.expired ? el("p", { class: "warning" }, word("document-expired")) : null,
      ),
    );
  } else if (traveller !== null) {
    sides.push(el("section", { class: "person empty" }, el("h3", {}, word("document-says")), el("p", { class: "quiet" }, word("no-document"))));
  }
  const compared = identity === null ? null : identityLine(identity);
  return el("div", { class: "people-and-grade" }, el("div", { class: "people" }, sides), compared);
}

function big(testid, label, value, missing) {
  const shown = value || word(missing);
  return el("p", { class: shown.includes("<<") ? `${label} of-zone` : label, "data-testid": testid, translate: "no" }, el("span", { class: "only-heard" }, `${word(label)}: `), shown);
}

const GRADES = { match: "accept", likely: "accept", unclear: "refer", mismatch: "refuse" };

function identityLine(identity) {
  const verdict = GRADES[identity.grade] ?? "refer";
  return el(
    "div",
    { class: `identity ${verdict}`, "data-testid": "identity", "data-grade": identity.grade },
    smallShape(verdict),
    el("div", {}, el("strong", {}, identity.sentence), el("ul", {}, identity.codes.map(({ code, sentence }) => el("li", { "data-code": code }, sentence)))),
  );
}

function reasons({ reasons: all }) {
  const items = all.map(({ code, verdict, sentence, detail }) =>
    el("li", { class: verdict, "data-code": code, "data-verdict": verdict }, smallShape(verdict === "accept" ? "note" : verdict), el("span", {}, sentence, " ", el("code", {}, detail && detail !== code ? `${code} ${detail}` : code))),
  );
  return el(
    "section",
    { class: "reasons" },
    el("h3", {}, word("reasons")),
    items.length > 0 ? el("ul", { "data-testid": "reasons" }, items) : el("p", { "data-testid": "reasons" }, word("no-reasons")),
  );
}

function doses({ doses: all }) {
  if (all.length === 0) return null;
  const heads = ["dose-number", "dose-vaccine", "dose-date", "dose-country"].map((key) => el("th", { scope: "col" }, word(key)));
  const rows = all.map(({ number, series, vaccine, date_shown: day, country }) =>
    el("tr", {}, el("th", { scope: "row" }, series ? `${number ?? "?"}/${series}` : `${number ?? "?"}`), el("td", {}, vaccine), el("td", { class: "day" }, day), el("td", {}, country)),
  );
  return el(
    "section",
    { class: "doses" },
    el("h3", {}, word("doses")),
    el("table", { "data-testid": "doses" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)),
  );
}

function details(decision) {
  const rules = decision.rules.map(({ identifier, result, sentence }) =>
    el("li", { "data-code": identifier }, smallShape(RULE_VERDICTS[result]), el("span", {}, el("strong", {}, word(`rule-${result}`)), ` ${sentence} `, el("code", {}, identifier))),
  );
  return el(
    "details",
    { class: "more", "data-testid": "details" },
    el("summary", {}, word("details")),
    rules.length > 0 ? el("section", {}, el("h3", {}, word("rules")), el("ul", { "data-testid": "rules" }, rules)) : null,
    decision.certificates.map(certificate),
  );
}

function certificate({ outcome, level, reason, sentence, findings, lines }, index) {
  return el(
    "section",
    { class: "certificate", "data-outcome": outcome },
    el("h3", {}, word("certificate", { number: index + 1 }), " ", el("code", {}, reason ?? level)),
    sentence ? el("p", {}, sentence) : null,
    el("dl", {}, lines.map(({ label, values }) => el("div", {}, el("dt", {}, label), values.map((value) => el("dd", { translate: "no" }, value))))),
    el("ul", { class: "findings" }, findings.map(({ code, sentence: words }) => el("li", { "data-code": code }, words, " ", el("code", {}, code)))),
  );
}
