// The traveller at the desk: the only place where anything about anybody is held, until the next one comes.

import { tell } from "./session.js";

const fresh = () => ({
  traveller: Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  held: [],
  last: [],
  document: null,
  scannedAt: Date.now(),
});

let now = fresh();
let turn = 0;
let queue = Promise.resolve();

// What was read for a traveller who has gone is not for the next one.
export const turnNow = () => turn;

export const isEmpty = () => now.held.length === 0 && now.document === null;

export const secondsSinceScan = () => (Date.now() - now.scannedAt) / 1000;

// Scans are answered one after the other; what comes back for a traveller who has gone is dropped. Without a document
// that which is held counts when it is the scan's turn, and null is none.
export function scan(entries, document) {
  const mine = turn;
  const done = queue.then(async () => {
    if (mine !== turn) return null;
    now.scannedAt = Date.now();
    const answer = await tell("scan", { held: now.held, entries, document: document === undefined ? now.document : document, traveller: now.traveller });
    if (mine !== turn) return null;
    const added = answer.held.filter((text) => !now.held.includes(text));
    if (added.length > 0) now.last = added;
    now.held = answer.held;
    now.document = answer.document;
    return answer;
  });
  queue = done.catch(() => {});
  return done;
}

export function forget() {
  turn += 1;
  now = fresh();
}

export function keepLast() {
  const last = now.last;
  forget();
  return scan(last);
}

export const dropDocument = () => scan([], null);
