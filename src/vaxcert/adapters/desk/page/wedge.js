// Scanners that type. What comes fast, outside of the fields, is one scan; what comes slowly is keys of this page.

const BETWEEN_KEYS_MS = 120;
const AFTER_LINE_MS = 150;
const SHORTEST_SCAN = 6;
const GRAVE = "`"; // the one accent that waits for the next key where a German keyboard has the `+` of an American scanner
const FIELDS = "textarea, input:not([type=file])";

export const isField = (target) => target instanceof Element && target.matches(FIELDS);

export function listen({ scanned, pressed }) {
  let typed = "";
  let timer = 0;
  let accentWaits = false;

  const finish = () => {
    const text = typed;
    typed = "";
    accentWaits = false;
    if (text.trim().length >= SHORTEST_SCAN) scanned(text);
    else if (text.trim().length === 1) pressed(text.trim());
  };

  const collect = (event, characters, wait) => {
    event.preventDefault();
    event.stopPropagation();
    typed += characters;
    clearTimeout(timer);
    timer = setTimeout(finish, wait);
  };

  addEventListener(
    "keydown",
    (event) => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || (event.altKey && !event.getModifierState("AltGraph"))) return;
      if (document.querySelector("dialog[open]") !== null && typed === "") return;
      if (event.key.length === 1) {
        // a blank or Enter by itself is for the button that has the focus
        if (typed === "" && event.key === " ") return;
        if (event.repeat) return;
        const hasAccent = event.key === GRAVE || event.key !== event.key.normalize("NFD");
        collect(event, accentWaits && !hasAccent ? GRAVE + event.key : event.key, BETWEEN_KEYS_MS);
        accentWaits = false;
      } else if (event.key === "Dead") {
        collect(event, accentWaits ? GRAVE : "", BETWEEN_KEYS_MS);
        accentWaits = true;
      } else if (typed !== "" && (event.key === "Enter" || event.key === "Tab")) {
        collect(event, "\n", AFTER_LINE_MS);
      }
    },
    { capture: true },
  );
}
