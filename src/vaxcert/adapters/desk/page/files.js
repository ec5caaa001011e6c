// Pictures and PDFs: chosen, dropped anywhere, or pasted.

import { byId } from "./dom.js";
import { tell } from "./session.js";
import { turnNow } from "./traveller.js";
import { word } from "./words.js";
import { isField } from "./wedge.js";

const MOST_BYTES = 32 * 1024 * 1024;
const MOST_FILES = 16;

async function textsOf(files) {
  const texts = [];
  const notices = [];
  for (const file of files.slice(0, MOST_FILES)) {
    if (file.size > MOST_BYTES) {
      notices.push({ code: "too-large", sentence: word("file-too-large"), kind: "problem" });
    } else if (file.type.startsWith("text/")) {
      texts.push(await file.text());
    } else {
      const answer = await tell("picture", file);
      texts.push(...answer.texts);
      notices.push(...answer.notices);
    }
  }
  if (files.length > MOST_FILES) notices.push({ code: "too-many", sentence: word("too-many-files"), kind: "problem" });
  return { texts, notices };
}

export function listen({ working, found, failed }) {
  const read = async (files) => {
    if (files.length === 0) return;
    const turn = turnNow();
    working();
    try {
      const read = await textsOf(Array.from(files));
      if (turn === turnNow()) found(read);
    } catch (error) {
      if (turn === turnNow()) failed(error);
    }
  };

  const input = byId("file-input");
  byId("choose-files").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    input.value = "";
    read(files);
  });

  const drop = byId("drop");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.hidden = true;
    const { files } = event.dataTransfer;
    if (files.length > 0) read(files);
    else found({ texts: [event.dataTransfer.getData("text/plain")], notices: [] });
  });

  addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (files.length > 0) {
      event.preventDefault();
      read(files);
    } else if (!isField(event.target)) {
      event.preventDefault();
      found({ texts: [event.clipboardData.getData("text/plain")], notices: [] });
    }
  });
}
