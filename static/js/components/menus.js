// Menus are popovers, so opening, closing, Escape and focus are the browser's. This places them beside their button and adds the arrow keys.

const GAP = 6;
const EDGE = 8;

let pressed = null; // several buttons may open one menu: the last one pressed is meant

const invokerOf = (menu) =>
  pressed?.getAttribute("popovertarget") === menu.id ? pressed : document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);

function place(menu) {
  const button = invokerOf(menu);
  if (!button) return;
  menu.dataset.placed = "";
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const fromEnd = (document.dir === "rtl") !== at.left + at.width / 2 > innerWidth / 2;
  const left = fromEnd ? at.right - width : at.left;
  const below = at.bottom + GAP;
  const top = below + height > innerHeight - EDGE && at.top - GAP - height > EDGE ? at.top - GAP - height : below;
  menu.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}

function step(menu, by) {
  const items = [...menu.querySelectorAll("a[href], button:not(:disabled)")].filter((item) => item.checkVisibility());
  if (!items.length) return;
  const index = items.indexOf(document.activeElement);
  const next = index < 0 ? (by > 0 ? 0 : items.length - 1) : (index + by + items.length) % items.length;
  items[next].focus();
}

export function startMenus() {
  document.addEventListener("click", (event) => (pressed = event.target.closest("[popovertarget]") ?? pressed), true);
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.(".menu") && event.newState === "open") place(event.target);
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".menu:popover-open");
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    step(menu, event.key === "ArrowDown" ? 1 : -1);
  });
  // A menu closes when something in it was chosen, unless that is a link (the page goes) or asks for another layer.
  document.addEventListener("click", (event) => {
    const item = event.target.closest(".menu button:not([popovertarget])");
    if (item && item.type !== "submit") item.closest(".menu").hidePopover();
  });
  addEventListener("resize", () => document.querySelectorAll(".menu:popover-open").forEach(place));
  addEventListener("scroll", () => document.querySelectorAll(".menu:popover-open").forEach(place), { passive: true, capture: true });
}
