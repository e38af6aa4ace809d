// Elements from data. Text is always text: nothing here parses HTML.

/** An element with properties (class, text, dataset, on…, attributes) and children; null and false children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "text") element.textContent = value;
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A copy of the icon the page keeps in <template data-icons>; icons are drawn by the server, once. */
export function icon(name) {
  const found = document.querySelector("template[data-icons]")?.content.querySelector(`[data-icon="${name}"] svg`);
  return found ? found.cloneNode(true) : "";
}
