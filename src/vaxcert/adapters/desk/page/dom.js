// Everything shown is made here: text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function svg(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const SHAPES = {
  accept: [["circle", { cx: 50, cy: 50, r: 46, class: "solid" }], ["path", { d: "M28 52l15 15 30-34", class: "line" }]],
  refer: [
    ["path", { d: "M50 6L97 90H3Z", class: "solid" }],
    ["path", { d: "M39 46a11 11 0 1 1 16 10c-4 2-5 4-5 9", class: "line thin" }],
    ["circle", { cx: 50, cy: 77, r: 4.5, class: "dot" }],
  ],
  refuse: [
    ["path", { d: "M30 4h40l26 26v40L70 96H30L4 70V30Z", class: "solid" }],
    ["path", { d: "M33 33l34 34M67 33L33 67", class: "line" }],
  ],
  note: [["circle", { cx: 50, cy: 50, r: 44, class: "solid" }], ["path", { d: "M50 46v28", class: "line" }], ["circle", { cx: 50, cy: 28, r: 6.5, class: "dot" }]],
  none: [
    ["path", { d: "M8 32V16a8 8 0 0 1 8-8h16M68 8h16a8 8 0 0 1 8 8v16M92 68v16a8 8 0 0 1-8 8H68M32 92H16a8 8 0 0 1-8-8V68", class: "line thin" }],
    ["path", { d: "M30 30h14v14H30zM56 30h14v14H56zM30 56h14v14H30zM58 58h4v4h-4zM66 66h4v4h-4z", class: "solid" }],
  ],
};

export function drawShape(target, verdict) {
  target.replaceChildren(...SHAPES[verdict].map(([name, attributes]) => svg(name, attributes)));
}

export function smallShape(verdict) {
  const shape = svg("svg", { viewBox: "0 0 100 100", class: `shape small ${verdict}`, "aria-hidden": "true" });
  drawShape(shape, verdict);
  return shape;
}
