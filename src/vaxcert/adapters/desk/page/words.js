// The words of the page, in the language that the officer reads. They come from the desk.

import { byId, el } from "./dom.js";

let words = {};
export let language = "en";

export function word(key, values = {}) {
  return (words[key] ?? "").replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
    const value = values[name];
    return one === undefined ? `${value}` : `${value} ${value === 1 ? one : many}`;
  });
}

export function speak(answer, choose) {
  words = answer.words;
  language = answer.language;
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
  byId("languages").replaceChildren(
    ...answer.languages.map(({ code, name }) => {
      const pressed = String(code === language);
      const button = el("button", { type: "button", lang: code, "aria-pressed": pressed, "data-testid": `language-${code}`, "aria-label": name }, code.toUpperCase());
      button.addEventListener("click", () => choose(code));
      return button;
    }),
  );
  return answer.languages.map(({ code }) => code);
}
