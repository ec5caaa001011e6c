// The desk page: puts its parts together.

import * as camera from "./camera.js";
import * as card from "./card.js";
import { byId, el } from "./dom.js";
import * as files from "./files.js";
import { ask, begin, forgetSession, hasSession, tell } from "./session.js";
import { play } from "./sound.js";
import * as status from "./status.js";
import * as traveller from "./traveller.js";
import * as wedge from "./wedge.js";
import { language, speak, word } from "./words.js";

const STATUS_MS = 5000;
const FORGET_SECONDS = 300;
const LINE_MS = 150;
const REMEMBERED = { language: "vaxcert-language", theme: "vaxcert-theme", sound: "vaxcert-sound" };

const recall = (what) => sessionStorage.getItem(REMEMBERED[what]);
const remember = (what, value) => sessionStorage.setItem(REMEMBERED[what], value);

let languages = [];
let resetting = 0;

// What comes in

async function enter(entries, { document, notices = [] } = {}) {
  if (entries.length === 0 && document === undefined) {
    card.showEmpty(); // it may have been the next traveller's
    told(notices);
    return;
  }
  try {
    const answer = await traveller.scan(entries, document);
    if (answer !== null) answered({ ...answer, notices: [...notices, ...answer.notices] });
  } catch (error) {
    failed(error);
  }
}

function answered(answer, { isNew = true } = {}) {
  card.showAnswer(answer, { isNew });
  card.showNotices(answer.notices);
  status.showCounters(answer.counters);
  if (isNew && answer.added > 0 && answer.decision !== null) sound(answer.decision.verdict);
  else if (isNew && answer.notices.length > 0) sound("notice");
}

// In other words, or without the document. A card that is gone does not come back by itself.
function showAgain(answer) {
  if (answer !== null) answered(card.isDecided() ? answer : { ...answer, decision: null }, { isNew: false });
}

function told(notices) {
  card.showNotices(notices);
  if (notices.length > 0) {
    byId("spoken").textContent = notices.map(({ sentence }) => sentence).join(". ");
    sound("notice");
  }
}

function failed(error) {
  card.showEmpty(); // what was scanned got no answer: that of the one before must not be taken for it
  if (error.code === "no-session") {
    lock(error.sentence);
  } else if (error.code === "no-answer" || error.code === undefined) {
    status.showNoAnswer();
  } else {
    told([{ code: error.code, sentence: error.sentence, kind: "problem" }]);
  }
}

function next() {
  traveller.forget();
  for (const id of ["entry-text", "document-text", "document-given-name", "document-given-birth-date"]) byId(id).value = "";
  byId("document-clear").hidden = true;
  card.showEmpty();
}

async function keepLast() {
  try {
    const answer = await traveller.keepLast();
    if (answer !== null) answered(answer);
  } catch (error) {
    failed(error);
  }
}

// How it looks and sounds

const isDark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
};

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = word(isDark() ? "theme-light" : "theme-dark");
}

function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  remember("theme", theme);
  setTheme(theme);
}

const isSilent = () => recall("sound") === "off";

function sound(kind) {
  if (!isSilent()) play(kind);
}

function showSound() {
  byId("sound").textContent = word(isSilent() ? "sound-off" : "sound-on");
  byId("sound").setAttribute("aria-pressed", String(!isSilent()));
}

function switchSound() {
  remember("sound", isSilent() ? "on" : "off");
  showSound();
}

async function setLanguage(code) {
  languages = speak(await ask("words", { lang: code }), (chosen) => switchLanguage(chosen));
  setTheme(document.documentElement.dataset.theme);
  showSound();
  showKeys();
  status.showShift();
}

async function switchLanguage(code = languages[(languages.indexOf(language) + 1) % languages.length]) {
  const focused = document.activeElement?.dataset?.testid;
  try {
    await setLanguage(code);
    remember("language", code);
    await showStatus();
    if (traveller.isEmpty()) card.showEmpty();
    else showAgain(await traveller.scan([]));
  } catch (error) {
    failed(error);
  }
  if (focused) document.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
}

// Keys

const KEYS = [
  ["Esc N", "key-next", "n", next],
  ["C", "key-camera", "c", () => (camera.isOn() ? camera.stop() : camera.start())],
  ["F", "key-files", "f", () => byId("choose-files").click()],
  ["T", "key-text", "t", () => byId("entry-text").focus()],
  ["P", "key-document", "p", () => byId("document-text").focus()],
  ["I", "key-details", "i", card.toggleDetails],
  ["L", "key-language", "l", () => switchLanguage()],
  ["D", "key-theme", "d", switchTheme],
  ["M", "key-sound", "m", switchSound],
  ["?", "key-help", "?", () => byId("help").showModal()],
];

const pressed = (key) => KEYS.find(([, , letter]) => letter === key.toLowerCase())?.[3]();

function showKeys() {
  const rows = [...KEYS, ["Ctrl V", "key-paste"]].map(([shown, key]) =>
    el("div", {}, el("dt", {}, shown.split(" ").map((name) => el("kbd", {}, name))), el("dd", {}, word(key))),
  );
  byId("key-list").replaceChildren(...rows);
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]") !== null) return;
  if (wedge.isField(event.target)) event.target.blur();
  else next();
});

// A scanner may type into a field, too: several lines, each with Enter. The form is sent when it pauses.
function sendWhenPaused(field, form) {
  let timer = 0;
  field.addEventListener("keydown", (event) => {
    clearTimeout(timer);
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    timer = setTimeout(() => form.requestSubmit(), LINE_MS);
  });
}

function listenToForms() {
  byId("entry-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId("entry-text");
    const text = field.value;
    field.value = "";
    if (text.trim()) enter([text]);
  });
  byId("document-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("document-text").value;
    const name = byId("document-given-name").value.trim();
    const born = byId("document-given-birth-date").value.trim();
    if (text.trim()) enter([text]);
    else if (name || born) enter([], { document: { name, birth_date: born } });
    byId("document-text").value = "";
  });
  sendWhenPaused(byId("entry-text"), byId("entry-form"));
  sendWhenPaused(byId("document-text"), byId("document-form"));
}

// The desk

async function showStatus() {
  status.showStatus(await ask("status"));
}

async function reset() {
  const button = byId("reset-counters");
  clearTimeout(resetting);
  if (button.dataset.sure === "true") {
    status.showCounters(await tell("counters/reset").catch(failed));
  }
  const asks = button.dataset.sure !== "true";
  button.dataset.sure = String(asks);
  button.textContent = word(asks ? "reset-sure" : "reset-counters");
  if (asks) resetting = setTimeout(() => {
    button.dataset.sure = "false";
    button.textContent = word("reset-counters");
  }, 5000);
}

function lock(sentence = "") {
  camera.stop();
  traveller.forget();
  card.showEmpty();
  forgetSession();
  byId("desk").hidden = true;
  byId("locked").hidden = false;
  byId("locked-why").textContent = sentence ?? "";
}

async function open() {
  try {
    await begin();
    if (!hasSession()) {
      lock();
      return;
    }
    await showStatus();
  } catch (error) {
    if (error.code === "no-answer") status.showNoAnswer();
    else {
      lock(error.sentence);
      return;
    }
  }
  byId("locked").hidden = true;
  byId("desk").hidden = false;
}

function everySecond() {
  status.showClock();
  card.showAge();
  if (!traveller.isEmpty() && traveller.secondsSinceScan() > FORGET_SECONDS) {
    next();
    told([{ code: "cleared", sentence: word("cleared"), kind: "note" }]);
  }
}

async function start() {
  document.documentElement.dataset.theme = recall("theme") ?? "auto";
  await setLanguage(recall("language") ?? navigator.language.slice(0, 2));
  card.showEmpty();
  camera.listen({ found: (texts) => enter(texts), failed: (key) => told([{ code: key, sentence: word(key), kind: "problem" }]), refused: failed });
  files.listen({ working: card.showWorking, found: ({ texts, notices }) => enter(texts, { notices }), failed });
  wedge.listen({ scanned: (text) => enter([text]), pressed });
  listenToForms();
  byId("next-traveller").addEventListener("click", next);
  byId("keep-last").addEventListener("click", keepLast);
  byId("document-clear").addEventListener("click", () => traveller.dropDocument().then(showAgain).catch(failed));
  byId("theme").addEventListener("click", switchTheme);
  byId("sound").addEventListener("click", switchSound);
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("reset-counters").addEventListener("click", reset);
  addEventListener("hashchange", open);
  await open();
  setInterval(everySecond, 1000);
  setInterval(() => {
    if (!byId("desk").hidden) showStatus().catch(failed);
  }, STATUS_MS);
}

start();
