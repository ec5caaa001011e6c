// What is always in view: lists, clock, rules, the sign of the shift, its counters; and what is to be said first.

import { byId, el, smallShape, svg } from "./dom.js";
import { word } from "./words.js";

let offset = 0;
let fixed = false;
let shift = null;

export function showStatus(status) {
  const age = status.list_age_days;
  byId("list-age").textContent = age === null ? word("list-age-unknown") : age === 0 ? word("list-age-today") : word("list-age-days", { days: age });
  byId("key-count").textContent = String(status.keys);
  byId("country").textContent = status.country === null ? word("country-none") : status.country.name;
  byId("rules-in-force").textContent = status.rules === null ? word("rules-none") : word("rules-count", { rules: status.rules });
  offset = Date.parse(status.clock) - Date.now();
  fixed = status.fixed_clock ? Date.parse(status.clock) : false;
  showAlarms(status.alarms);
  showShift(status.shift);
  showCounters(status.counters);
  showClock();
}

export function showAlarms(alarms) {
  const shown = alarms.map(({ code, sentence, is_loud: loud }) =>
    el("p", { class: loud ? "loud" : "soft", "data-code": code }, smallShape(loud ? "refuse" : "refer"), el("span", {}, sentence)),
  );
  const target = byId("alarms");
  // said again only when something has changed
  if (target.textContent !== shown.map((line) => line.textContent).join("")) target.replaceChildren(...shown);
}

export function showNoAnswer() {
  showAlarms([{ code: "no-answer", sentence: word("no-answer"), is_loud: true }]);
}

export function showClock() {
  const time = new Date(fixed === false ? Date.now() + offset : fixed);
  const clock = byId("clock");
  const shown = time.toISOString().slice(0, 19);
  clock.dateTime = `${shown}Z`;
  clock.textContent = shown.replace("T", " ");
}

export function showShift(number = shift) {
  shift = number;
  if (shift === null) return;
  const words = word("shift-words").split(" ");
  byId("shift-sign").textContent = [words[shift % 32], words[Math.floor(shift / 32) % 32]].join(" ").replaceAll("-", " ");
  const cells = [];
  for (let bit = 0; bit < 15; bit += 1) {
    if ((shift >> bit) & 1) {
      const column = bit % 3;
      const y = Math.floor(bit / 3);
      for (const x of new Set([column, 4 - column])) cells.push(svg("rect", { x, y, width: 1, height: 1 }));
    }
  }
  byId("shift-pattern").replaceChildren(...cells);
}

export function showCounters(counters) {
  for (const key of ["accept", "refer", "refuse", "unreadable"]) byId(`count-${key}`).textContent = String(counters[key]);
  byId("codes").hidden = counters.codes.length === 0;
  byId("code-list").replaceChildren(...counters.codes.map(({ code, count }) => el("li", {}, el("code", {}, code), ` ${count}`)));
}
